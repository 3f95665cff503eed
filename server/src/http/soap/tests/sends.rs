//! Triggered sends, and the definitions they name.

use sqlx::PgPool;
use types::access::Role;
use types::content::Classification;

use super::support::{KEY, Soap, send, shown, simple, subscriber, text, texts};

#[sqlx::test(migrations = "../migrations")]
async fn a_send_becomes_a_message(pool: PgPool) {
    let (soap, _) = Soap::live(pool).await;
    // Their look-ups know no case.
    let answer = soap
        .change("Create", "", &send("Order-Placed", "Ada@example.org", "A-7"))
        .await;
    insta::assert_snapshot!(shown(&answer));
    let found = soap
        .caller
        .call(
            "GET",
            &format!("/messages/{}", text(&answer, "NewObjectID")),
            None,
        )
        .await
        .json();
    assert_eq!(
        (&found["state"], &found["definition"], &found["address"]),
        (&"queued".into(), &KEY.into(), &"ada@example.org".into())
    );
    assert!(found["contact_key"].is_null(), "an address is no key");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_is_not_right_is_named_and_the_others_get_theirs(pool: PgPool) {
    let (soap, _) = Soap::live(pool).await;
    let shared = "<Attributes><Name>order</Name><Value>shared</Value></Attributes>";
    let several = format!(
        "<Objects xsi:type=\"TriggeredSend\"><TriggeredSendDefinition><CustomerKey>{KEY}</CustomerKey></TriggeredSendDefinition>{}{}{}{}{}</Objects>",
        subscriber("ada@example.org", "1"),
        subscriber("nobody", "2"),
        "<Subscribers><EmailAddress>grace@example.org</EmailAddress><SubscriberKey>s-1</SubscriberKey></Subscribers>",
        subscriber("eve@example.org&#10;Bcc: all@example.org", "3"),
        "<Subscribers><EmailAddress>joan@example.org</EmailAddress><Attributes><Name>First Name</Name><Value>Joan&#13;&#10;X: y</Value></Attributes></Subscribers>",
    );
    // Without an order for Grace; with one for all.
    let answer = soap.change("Create", "", &several).await;
    insta::assert_snapshot!(shown(&answer));
    assert_eq!(soap.count("messages").await, 1);
    let answer = soap
        .change(
            "Create",
            "",
            &several.replace("</Objects>", &format!("{shared}</Objects>")),
        )
        .await;
    assert_eq!(texts(&answer, "Ordinal"), ["1", "3", "4"]);
    assert_eq!(soap.count("messages").await, 3);
    let grace: String = sqlx::query_scalar("select d.attributes ->> 'order' from deliveries d join contact_units m on m.contact_id = d.contact_id where m.key = 's-1'")
        .fetch_one(soap.caller.university.domain.pool())
        .await
        .expect("Grace's");
    assert_eq!(grace, "shared");
}

#[sqlx::test(migrations = "../migrations")]
async fn each_object_has_its_own_result(pool: PgPool) {
    let (soap, _) = Soap::live(pool).await;
    let university = &soap.caller.university;
    university
        .defined(university.shop, "shop-order", Classification::Transactional, &[])
        .await
        .expect("a definition of the shop");
    let nobody = send(KEY, "nobody", "1");
    let objects = [
        send(KEY, "a@example.org", "1"),
        send("none", "b@example.org", "2"),
        send("shop-order", "c@example.org", "3"),
        send("", "d@example.org", "4"),
        nobody.clone(),
        "<Objects xsi:type=\"Email\"/>".to_owned(),
        "<Objects><CustomerKey>x</CustomerKey></Objects>".to_owned(),
        send(KEY, "e@example.org", "5"),
    ];
    let answer = soap
        .change(
            "Create",
            "<RequestType>Asynchronous</RequestType>",
            &objects.concat(),
        )
        .await;
    assert_eq!(text(&answer, "OverallStatus"), "Has Errors");
    assert_eq!(
        texts(&answer, "StatusCode"),
        ["OK", "Error", "Error", "Error", "Error", "Error", "Error", "OK"]
    );
    assert_eq!(
        texts(&answer, "StatusMessage")[1..7],
        [
            "The triggered send definition none does not exist.",
            "The triggered send definition shop-order does not exist.",
            "TriggeredSendDefinition.CustomerKey is required.",
            "Unable to queue Triggered Send request. There are no valid subscribers.",
            "Create of Email is not supported.",
            "Objects: xsi:type is missing.",
        ]
    );
    assert_eq!(texts(&answer, "OrdinalID").len(), 8);
    let answer = soap.change("Create", "", &nobody).await;
    assert_eq!(
        (text(&answer, "OverallStatus"), texts(&answer, "ErrorCode")),
        ("Error".to_owned(), vec!["180008".to_owned(), "5".to_owned()])
    );
    // Two thousand at once, in a call.
    let many: String = (0..1_500)
        .map(|n| send(KEY, &format!("p{n}@example.org"), "1"))
        .collect();
    let answer = soap.change("Create", "", &many).await;
    assert_eq!(text(&answer, "OverallStatus"), "OK");
    assert_eq!(soap.count("messages").await, 1_502);
    let many: String = (0..2_001)
        .map(|_| "<Objects xsi:type=\"TriggeredSend\"/>")
        .collect();
    assert_eq!(
        text(&soap.change("Create", "", &many).await, "OverallStatus"),
        "Error"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn scheduled_sends_wait(pool: PgPool) {
    let (soap, defined) = Soap::live(pool).await;
    let at = soap.caller.university.domain.now() + jiff::SignedDuration::from_hours(5);
    let answer = soap
        .change(
            "Create",
            &format!("<ScheduledTime>{at}</ScheduledTime>"),
            &send(KEY, "a@example.org", "1"),
        )
        .await;
    let found = soap
        .caller
        .call(
            "GET",
            &format!("/messages/{}", text(&answer, "NewObjectID")),
            None,
        )
        .await
        .json();
    assert_eq!(found["state"], "scheduled", "{found}");
    // A definition that was paused takes none.
    let paused = soap
        .caller
        .call(
            "POST",
            &format!("/message-definitions/{}/pause", defined.id),
            None,
        )
        .await;
    assert!(paused.status.is_success(), "{}", paused.body);
    let answer = soap.change("Create", "", &send(KEY, "a@example.org", "1")).await;
    assert_eq!(
        text(&answer, "StatusMessage"),
        "The triggered send definition order-placed takes no messages: it is paused."
    );
    let answer = soap
        .retrieve("TriggeredSendDefinition", &["TriggeredSendStatus"], "")
        .await;
    assert_eq!(text(&answer, "TriggeredSendStatus"), "Inactive");
}

#[sqlx::test(migrations = "../migrations")]
async fn definitions_are_found_and_only_the_units(pool: PgPool) {
    let (soap, defined) = Soap::live(pool).await;
    let university = &soap.caller.university;
    university
        .defined(university.shop, "shop-order", Classification::Transactional, &[])
        .await
        .expect("a definition of the shop");
    let properties = [
        "CustomerKey",
        "Name",
        "TriggeredSendStatus",
        "CreatedDate",
        "FromAddress",
        "Client",
        "Email.ID",
        "Description",
    ];
    let answer = soap.retrieve("TriggeredSendDefinition", &properties, "").await;
    insta::assert_snapshot!(shown(&answer));
    let by_key = soap
        .retrieve(
            "TriggeredSendDefinition",
            &["ObjectID"],
            &simple("CustomerKey", "equals", &["ORDER-PLACED"]),
        )
        .await;
    assert_eq!(text(&by_key, "ObjectID"), defined.id.to_string());
    let theirs = soap
        .retrieve(
            "TriggeredSendDefinition",
            &["ObjectID"],
            &simple("CustomerKey", "equals", &["shop-order"]),
        )
        .await;
    assert_eq!(
        (text(&theirs, "OverallStatus"), texts(&theirs, "Results").len()),
        ("OK".to_owned(), 0)
    );
    // A unit that the client does not see cannot be named.
    let client = "<ClientIDs><CustomerKey>shop</CustomerKey></ClientIDs>";
    let body = format!(
        "<RetrieveRequestMsg><RetrieveRequest>{client}<ObjectType>List</ObjectType><Properties>ID</Properties></RetrieveRequest></RetrieveRequestMsg>"
    );
    let answer = soap.call("Retrieve", &body).await;
    assert!(
        text(&answer, "faultstring").starts_with("Client:"),
        "{}",
        answer.body
    );
    let answer = soap
        .call(
            "Retrieve",
            &body.replace("<CustomerKey>shop</CustomerKey>", "<ID>7281698</ID>"),
        )
        .await;
    assert!(
        text(&answer, "faultstring").starts_with("Client:"),
        "{}",
        answer.body
    );
    let own: i64 = sqlx::query_scalar("select account_number from units where id = $1")
        .bind(university.admissions.uuid())
        .fetch_one(university.domain.pool())
        .await
        .expect("a number");
    let answer = soap
        .call(
            "Retrieve",
            &body.replace("<CustomerKey>shop</CustomerKey>", &format!("<ID>{own}</ID>")),
        )
        .await;
    assert_eq!(text(&answer, "OverallStatus"), "OK", "{}", answer.body);
    let shop = soap.caller.in_shop(Role::UnitAdmin).await;
    let shop = Soap::of(shop).await;
    let answer = shop
        .retrieve("TriggeredSendDefinition", &["CustomerKey"], "")
        .await;
    assert_eq!(texts(&answer, "CustomerKey"), ["shop-order"]);
}
