//! People, their lists, and what they said themselves.

use sqlx::PgPool;
use types::access::{Permission, Role};

use super::support::{Soap, shown, simple, text, texts};

fn person(email: &str, key: &str, rest: &str) -> String {
    format!(
        "<Objects xsi:type=\"Subscriber\"><SubscriberKey>{key}</SubscriberKey><EmailAddress>{email}</EmailAddress>{rest}</Objects>"
    )
}

fn list(number: i32, rest: &str) -> String {
    format!("<Lists><ID>{number}</ID>{rest}</Lists>")
}

fn attribute(name: &str, value: &str) -> String {
    format!("<Attributes><Name>{name}</Name><Value>{value}</Value></Attributes>")
}

fn save(action: &str) -> String {
    format!(
        "<SaveOptions><SaveOption><PropertyName>*</PropertyName><SaveAction>{action}</SaveAction></SaveOption></SaveOptions>"
    )
}

#[sqlx::test(migrations = "../migrations")]
async fn people_are_made_changed_and_taken_out(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let university = &soap.caller.university;
    let topic = university
        .topic(university.admissions, "open-days")
        .await
        .expect("a topic");
    let number = soap.number(topic).await;
    let ada = person(
        "Ada@example.org",
        "s-1",
        &[
            attribute("First Name", "Ada"),
            attribute("Rok studiów", "2"),
            list(number, "<Status>Active</Status>"),
        ]
        .concat(),
    );
    insta::assert_snapshot!("created", shown(&soap.change("Create", "", &ada).await));
    // There already: the number that callers look for to update instead.
    let again = soap.change("Create", "", &ada).await;
    assert_eq!(
        (text(&again, "OverallStatus"), text(&again, "ErrorCode")),
        ("Error".to_owned(), "12014".to_owned())
    );
    let properties = [
        "SubscriberKey",
        "EmailAddress",
        "Status",
        "CreatedDate",
        "ID",
        "UnsubscribedDate",
    ];
    let by_key = simple("SubscriberKey", "equals", &["s-1"]);
    insta::assert_snapshot!(
        "retrieved",
        shown(&soap.retrieve("Subscriber", &properties, &by_key).await)
    );
    let lists = soap
        .retrieve("ListSubscriber", &["ListID", "SubscriberKey", "Status"], &by_key)
        .await;
    assert_eq!(
        (text(&lists, "ListID"), text(&lists, "Status")),
        (number.to_string(), "Active".to_owned())
    );
    // The record says who said so.
    let (wording, source): (String, String) = sqlx::query_as("select wording, source from consent_records")
        .fetch_one(university.domain.pool())
        .await
        .expect("a record");
    assert_eq!(
        (wording.as_str(), source.as_str()),
        ("As told by Test over the SOAP API.", "api")
    );

    // What is not given stays; what is empty goes.
    let changed = soap
        .change(
            "Update",
            "",
            &person(
                "countess@example.org",
                "s-1",
                &[attribute("rok_studiow", ""), attribute("Faculty", "law")].concat(),
            ),
        )
        .await;
    assert_eq!(
        (text(&changed, "OverallStatus"), text(&changed, "StatusMessage")),
        ("OK".to_owned(), "Updated Subscriber.".to_owned())
    );
    let now = soap.retrieve("Subscriber", &properties, &by_key).await;
    assert_eq!(text(&now, "EmailAddress"), "countess@example.org");
    assert_eq!(
        (texts(&now, "Name"), texts(&now, "Value")),
        (
            vec!["First Name".to_owned(), "faculty".to_owned()],
            vec!["Ada".to_owned(), "law".to_owned()]
        )
    );

    let unknown = soap
        .change("Update", "", &person("grace@example.org", "", ""))
        .await;
    assert_eq!(
        (text(&unknown, "StatusCode"), text(&unknown, "ErrorCode")),
        ("Error".to_owned(), "12001".to_owned())
    );
    for (options, done) in [
        (save("UpdateAdd"), "Created Subscriber."),
        (save("UpdateAdd"), "Updated Subscriber."),
    ] {
        let answer = soap
            .change(
                "Create",
                &options,
                &person("grace@example.org", "grace@example.org", ""),
            )
            .await;
        assert_eq!(text(&answer, "StatusMessage"), done, "{}", answer.body);
    }
    let by_address = soap
        .retrieve(
            "Subscriber",
            &["SubscriberKey"],
            &simple("EmailAddress", "equals", &["GRACE@example.org"]),
        )
        .await;
    assert_eq!(text(&by_address, "SubscriberKey"), "grace@example.org");

    let mixed = [
        person("joan@example.org", "", ""),
        person("nobody", "", ""),
        person("", "", ""),
        person("x@example.org&#10;", "a&#10;b", ""),
    ];
    let mixed = soap.change("Create", "", &mixed.concat()).await;
    assert_eq!(
        (text(&mixed, "OverallStatus"), texts(&mixed, "ErrorCode")),
        ("Has Errors".to_owned(), vec!["12000".to_owned(); 3])
    );
    let gone = soap.change("Delete", "", &person("", "s-1", "")).await;
    assert_eq!(text(&gone, "OverallStatus"), "OK", "{}", gone.body);
    assert_eq!(
        texts(
            &soap.retrieve("Subscriber", &["SubscriberKey"], &by_key).await,
            "Results"
        )
        .len(),
        0
    );
    assert_eq!(
        text(
            &soap.change("Delete", "", &person("", "s-1", "")).await,
            "ErrorCode"
        ),
        "12001"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn no_means_no(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let university = &soap.caller.university;
    let topic = university
        .topic(university.admissions, "open-days")
        .await
        .expect("a topic");
    let theirs = university
        .topic(university.shop, "offers")
        .await
        .expect("a topic");
    let number = soap.number(topic).await;
    let put = async |rest: &str| {
        soap.change("Create", &save("UpdateAdd"), &person("ada@example.org", "", rest))
            .await
    };
    let code = async |rest: &str| text(&put(rest).await, "ErrorCode");
    assert_eq!(code(&list(number, "<Status>Active</Status>")).await, "");
    assert_eq!(code(&list(number, "<Status>Unsubscribed</Status>")).await, "");
    // Whoever left a list is not put back by a system, and nothing else of the call is done either.
    let answer = put(&[
        attribute("Faculty", "law"),
        list(number, "<Status>Active</Status><Action>update</Action>"),
    ]
    .concat())
    .await;
    assert_eq!(text(&answer, "ErrorCode"), "12003");
    let now = soap.retrieve("Subscriber", &["Status"], "").await;
    assert_eq!(
        (text(&now, "Status"), texts(&now, "Attributes").len()),
        ("Active".to_owned(), 0)
    );
    assert_eq!(code("<Status>Unsubscribed</Status>").await, "");
    let now = soap
        .retrieve(
            "Subscriber",
            &["Status", "UnsubscribedDate"],
            &simple("Status", "equals", &["Unsubscribed"]),
        )
        .await;
    assert_eq!(text(&now, "Status"), "Unsubscribed");
    assert!(!text(&now, "UnsubscribedDate").is_empty());
    assert_eq!(code("<Status>Active</Status>").await, "12003");
    // Lists of others, or none, do not exist; a status that is not theirs to set is said.
    for rest in [
        list(soap.number(theirs).await, ""),
        list(99_999, ""),
        list(number, "<Status>Held</Status>"),
        "<Status>Bounced</Status>".to_owned(),
    ] {
        assert_eq!(code(&rest).await, "2", "{rest}");
    }
    let acts: Vec<String> = sqlx::query_scalar("select act from consent_records order by seq")
        .fetch_all(university.domain.pool())
        .await
        .expect("records");
    assert_eq!(acts, ["given", "withdrawn", "withdrawn_all"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn lists_are_walked_page_by_page_by_any_node(pool: PgPool) {
    let soap = Soap::new(pool).await;
    let university = &soap.caller.university;
    let topic = university
        .topic(university.admissions, "open-days")
        .await
        .expect("a topic");
    let addresses: Vec<String> = (0..25).map(|n| format!("p{n:02}@example.org")).collect();
    university
        .people(university.admissions, Some(topic), &addresses)
        .await
        .expect("people");
    let offers = university
        .topic(university.shop, "offers")
        .await
        .expect("a topic");
    university
        .people(university.shop, Some(offers), &["shopper@example.org".to_owned()])
        .await
        .expect("people");
    let number = soap.number(topic).await;
    let lists = soap
        .retrieve(
            "List",
            &[
                "ID",
                "ListName",
                "CustomerKey",
                "Type",
                "ListClassification",
                "Category",
            ],
            "",
        )
        .await;
    assert_eq!(
        (text(&lists, "ID"), text(&lists, "ListName")),
        (number.to_string(), "open-days".to_owned())
    );

    // Another node has no memory of the first's.
    let other = Soap::of(soap.caller.beside(&[Permission::ReadContacts]).await).await;
    let walk = async |object: &str, filter: &str| {
        let rest = format!("{filter}<Options><BatchSize>10</BatchSize></Options>");
        let mut answer = soap.retrieve(object, &["SubscriberKey"], &rest).await;
        let mut seen = texts(&answer, "SubscriberKey");
        while text(&answer, "OverallStatus") == "MoreDataAvailable" {
            let more = format!(
                "<ContinueRequest>{}</ContinueRequest>",
                text(&answer, "RequestID")
            );
            let stranger = other.retrieve("", &[], &more).await;
            assert!(text(&stranger, "OverallStatus").starts_with("Error: ContinueRequest"));
            answer = soap.retrieve("", &[], &more).await;
            assert!(texts(&answer, "SubscriberKey").len() <= 10);
            seen.extend(texts(&answer, "SubscriberKey"));
        }
        assert_eq!(text(&answer, "OverallStatus"), "OK");
        seen.sort();
        seen
    };
    assert_eq!(walk("Subscriber", "").await, addresses);
    assert_eq!(
        walk(
            "ListSubscriber",
            &simple("ListID", "equals", &[&number.to_string()])
        )
        .await,
        addresses
    );
    let some = simple("SubscriberKey", "like", &["p1%"]);
    assert_eq!(walk("Subscriber", &some).await, addresses[10..20]);
    let named: Vec<&str> = addresses.iter().take(12).map(String::as_str).collect();
    assert_eq!(
        walk("Subscriber", &simple("EmailAddress", "IN", &named)).await,
        addresses[..12]
    );
    assert_eq!(
        walk("ListSubscriber", &simple("SubscriberKey", "IN", &named)).await,
        addresses[..12]
    );
    let shop = Soap::of(soap.caller.in_shop(Role::UnitAdmin).await).await;
    assert_eq!(
        texts(
            &shop.retrieve("Subscriber", &["SubscriberKey"], "").await,
            "SubscriberKey"
        ),
        ["shopper@example.org"]
    );

    // A continuation ends with the day.
    let rest = "<Options><BatchSize>10</BatchSize></Options>";
    let first = soap.retrieve("Subscriber", &["SubscriberKey"], rest).await;
    university.clock.advance(jiff::SignedDuration::from_hours(25));
    let late = Soap::of(soap.caller).await;
    let more = format!("<ContinueRequest>{}</ContinueRequest>", text(&first, "RequestID"));
    assert!(
        text(&late.retrieve("", &[], &more).await, "OverallStatus").starts_with("Error: ContinueRequest")
    );
}
