//! Who may call, how, and what is not even looked at.

use axum::http::StatusCode;
use sqlx::PgPool;
use types::access::Permission;

use super::support::{Soap, envelope, shown, simple, text, texts};

const STATUS: &str = "<SystemStatusRequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"/>";

fn security(name: &str, password: &str) -> String {
    format!(
        "<wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" soap:mustUnderstand=\"1\">\
         <wsse:UsernameToken><wsse:Username>{name}</wsse:Username><wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText\">{password}</wsse:Password></wsse:UsernameToken></wsse:Security>"
    )
}

#[sqlx::test(migrations = "../migrations")]
async fn callers_prove_who_they_are_in_any_of_the_ways(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let credentials = &soap.caller.credentials;
    let id = credentials.client_id.to_string();
    let old = format!(
        "{}<oAuth xmlns=\"http://exacttarget.com\"><oAuthToken xmlns=\"\">{}</oAuthToken></oAuth>",
        security("*", "*"),
        soap.token
    );
    let new = format!("<fueloauth>{}</fueloauth>", soap.token);
    for header in [
        new,
        old,
        security(&id, &credentials.client_secret),
        security(&id, &credentials.client_secret),
    ] {
        let answer = soap.post("GetSystemStatus", envelope(&header, STATUS)).await;
        assert_eq!(
            (answer.status, text(&answer, "OverallStatus")),
            (StatusCode::OK, "OK".to_owned()),
            "{}",
            answer.body
        );
    }
    let bearer = format!("Bearer {}", soap.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/xml")];
    let answer = soap
        .caller
        .send("POST", "/service.asmx", &headers, envelope("", STATUS))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // fuel-soap writes the header after the body.
    let (head, body) = (
        format!("<soap:Header><fueloauth>{}</fueloauth></soap:Header>", soap.token),
        format!("<soap:Body>{STATUS}</soap:Body>"),
    );
    let turned = envelope("", "")
        .replace("<soap:Header></soap:Header>", &body)
        .replace("<soap:Body></soap:Body>", &head);
    let answer = soap.post("GetSystemStatus", turned).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // Name and password become a token once.
    assert_eq!(soap.count("api_tokens").await, 3);

    let refused = async |header: &str| {
        let answer = soap.post("GetSystemStatus", envelope(header, STATUS)).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            texts(&answer, "faultcode")[0].ends_with(":Security"),
            "{}",
            answer.body
        );
        text(&answer, "faultstring")
    };
    assert_eq!(refused("").await, "Login Failed");
    assert_eq!(refused(&security(&id, "guess")).await, "Login Failed");
    assert_eq!(refused(&security("somebody", "guess")).await, "Login Failed");
    assert_eq!(refused("<fueloauth>nothing</fueloauth>").await, "Token Expired");
    soap.caller
        .university
        .clock
        .advance(jiff::SignedDuration::from_hours(2));
    assert_eq!(
        refused(&format!("<fueloauth>{}</fueloauth>", soap.token)).await,
        "Token Expired"
    );
    // The kept token is as old: a new one is got.
    let answer = soap
        .post(
            "GetSystemStatus",
            envelope(&security(&id, &credentials.client_secret), STATUS),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // A client that was shut out is out at once, also with the token that is kept for it.
    sqlx::query("update api_clients set revoked_at = now()")
        .execute(soap.caller.university.domain.pool())
        .await
        .expect("revoked");
    assert_eq!(
        refused(&security(&id, &credentials.client_secret)).await,
        "Login Failed"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn both_versions_are_answered_in_their_own(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let one = soap.call("\"GetSystemStatus\"", STATUS).await;
    insta::assert_snapshot!(shown(&one));
    let header = format!(
        "<fueloauth xmlns=\"http://exacttarget.com\">{}</fueloauth>",
        soap.token
    );
    let two = envelope(&header, STATUS).replace(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    let two = soap.post("", two).await;
    assert_eq!(two.header("content-type"), "application/soap+xml; charset=utf-8");
    assert!(
        two.body.contains("http://www.w3.org/2003/05/soap-envelope"),
        "{}",
        two.body
    );
    let fault = envelope("", STATUS).replace(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    insta::assert_snapshot!(shown(&soap.post("", fault).await));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_a_call_is_a_fault(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let fault = async |action: &str, document: String| {
        let answer = soap.post(action, document).await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{}",
            answer.body
        );
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        (text(&answer, "faultcode"), text(&answer, "faultstring"))
    };
    let token = format!("<fueloauth>{}</fueloauth>", soap.token);
    let client = "soap:Client".to_owned();
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>{}",
        "ha".repeat(100),
        envelope(&token, STATUS)
            .split_once("?>")
            .expect("declared")
            .1
            .replace("<fueloauth>", "<fueloauth>&b;")
    );
    for (action, document, words) in [
        ("", String::new(), "empty"),
        ("", "{\"json\": true}".to_owned(), "well-formed"),
        ("", "<a/>".to_owned(), "no SOAP envelope"),
        ("", bomb, "DTD"),
        (
            "",
            format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)),
            "deeply",
        ),
        ("", envelope(&token, ""), "no body"),
        ("", envelope(&token, "<Colour/>"), "Colour"),
        ("Delete", envelope(&token, STATUS), "SOAPAction: Delete"),
        (
            "",
            envelope(&format!("{token}<wsa:Action>Create</wsa:Action>"), STATUS),
            "SOAPAction: Create",
        ),
    ] {
        let (code, told) = fault(action, document).await;
        assert_eq!(code, client);
        assert!(told.contains(words), "{words}: {told}");
    }
    let header = format!("{token}<pay xmlns=\"urn:x\" soap:mustUnderstand=\"1\"/>");
    assert_eq!(
        fault("", envelope(&header, STATUS)).await.0,
        "soap:MustUnderstand"
    );
    let long = envelope(&token, &"<x/>".repeat(2 << 20));
    assert_eq!(soap.post("", long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let get = soap.caller.send("GET", "/Service.asmx", &[], String::new()).await;
    assert_eq!(
        (get.status, get.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_supported_says_so(pool: PgPool) {
    let soap = Soap::new(pool).await;
    for operation in ["Perform", "Configure", "Schedule", "Execute", "Query", "Extract"] {
        let body = format!("<{operation}RequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"/>");
        let answer = soap.call(operation, &body).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            text(&answer, "OverallStatus").starts_with("Error"),
            "{}",
            answer.body
        );
        assert!(
            answer
                .body
                .contains(&format!("The operation {operation} is not supported.")),
            "{}",
            answer.body
        );
    }
    let rows = "<Objects xsi:type=\"DataExtensionObject\"><CustomerKey>k</CustomerKey></Objects>";
    let answer = soap.change("Create", "", rows).await;
    insta::assert_snapshot!(shown(&answer));
    for (object, properties, rest, words) in [
        ("DataExtensionObject[x]", "Name", "", "DataExtensionObject[x]"),
        (
            "Subscriber",
            "Colour",
            "",
            "The Request Property(s) Colour do not match with the fields of Subscriber retrieve",
        ),
        (
            "List",
            "ID",
            "<QueryAllAccounts>true</QueryAllAccounts>",
            "QueryAllAccounts",
        ),
        (
            "List",
            "ID",
            "<RetrieveAllSinceLastBatch>true</RetrieveAllSinceLastBatch>",
            "RetrieveAllSinceLastBatch",
        ),
        (
            "List",
            "ID",
            "<ContinueRequest>made-up</ContinueRequest>",
            "ContinueRequest",
        ),
        ("List", "ID", &simple("Category", "equals", &["1"]), "Category"),
    ] {
        let answer = soap.retrieve(object, &[properties], rest).await;
        let status = text(&answer, "OverallStatus");
        assert!(
            status.starts_with("Error: ") && status.contains(words),
            "{status}"
        );
    }
    for (options, words) in [
        (
            "<SendResponseTo><ResponseType>HTTPPost</ResponseType></SendResponseTo>",
            "SendResponseTo",
        ),
        (
            "<SaveOptions><SaveOption><PropertyName>*</PropertyName><SaveAction>Delete</SaveAction></SaveOption></SaveOptions>",
            "SaveAction Delete",
        ),
        ("<ScheduledTime>soon</ScheduledTime>", "ScheduledTime"),
    ] {
        let answer = soap
            .change(
                "Create",
                options,
                "<Objects xsi:type=\"Subscriber\"><EmailAddress>a@example.org</EmailAddress></Objects>",
            )
            .await;
        assert_eq!(text(&answer, "OverallStatus"), "Error");
        assert!(text(&answer, "StatusMessage").contains(words), "{}", answer.body);
    }
    assert_eq!(soap.count("contacts").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_there_is_is_described(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let body = "<DefinitionRequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"><DescribeRequests><ObjectDefinitionRequest>\
        <ObjectType>ListSubscriber</ObjectType></ObjectDefinitionRequest><ObjectDefinitionRequest><ObjectType>Portfolio</ObjectType>\
        </ObjectDefinitionRequest></DescribeRequests></DefinitionRequestMsg>";
    insta::assert_snapshot!(shown(&soap.call("Describe", body).await));
    let body = "<VersionInfoRequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"/>";
    assert_eq!(text(&soap.call("VersionInfo", body).await, "Notes"), "Campanile");
    let wsdl = soap
        .caller
        .send("GET", "/etframework.wsdl", &[], String::new())
        .await;
    assert_eq!(wsdl.header("content-type"), "text/xml; charset=utf-8");
    let document = roxmltree::Document::parse(&wsdl.body).expect("XML");
    let address = document
        .descendants()
        .find(|it| it.tag_name().name() == "address")
        .expect("an address");
    assert!(
        address
            .attribute("location")
            .is_some_and(|it| it.ends_with("/Service.asmx"))
    );
    let other = soap
        .caller
        .send("GET", "/Service.asmx?WSDL", &[], String::new())
        .await;
    assert_eq!(other.body, wsdl.body);
    // The table and the WSDL say the same of every object.
    for object in super::super::objects::OBJECTS {
        let known = document
            .descendants()
            .any(|it| it.tag_name().name() == "complexType" && it.attribute("name") == Some(object.name));
        assert!(known, "{}", object.name);
        for property in object.properties {
            let name = property.name.split('.').next().unwrap_or_default();
            let there = document
                .descendants()
                .any(|it| it.tag_name().name() == "element" && it.attribute("name") == Some(name));
            assert!(there, "{}.{name}", object.name);
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn scopes_hold_as_everywhere(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let reader = soap.beside(&[Permission::ReadTopics]).await;
    assert_eq!(
        text(&reader.retrieve("List", &["ID"], "").await, "OverallStatus"),
        "OK"
    );
    for (object, scope) in [
        ("Subscriber", "contacts:read"),
        ("ListSubscriber", "contacts:read"),
        ("SentEvent", "messages:read"),
        ("TriggeredSendDefinition", "campaigns:read"),
    ] {
        let answer = reader.retrieve(object, &["Client.ID"], "").await;
        assert!(text(&answer, "OverallStatus").contains(scope), "{}", answer.body);
    }
    let answer = reader
        .change(
            "Create",
            "",
            &super::support::send("order-placed", "a@example.org", "1"),
        )
        .await;
    assert!(
        text(&answer, "StatusMessage").contains("messages:write"),
        "{}",
        answer.body
    );
    let answer = reader
        .change(
            "Create",
            "",
            "<Objects xsi:type=\"Subscriber\"><EmailAddress>a@example.org</EmailAddress></Objects>",
        )
        .await;
    assert!(
        text(&answer, "StatusMessage").contains("contacts:write"),
        "{}",
        answer.body
    );
}
