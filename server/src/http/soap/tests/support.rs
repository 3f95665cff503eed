//! Calls as old callers write them, and answers read by another parser than ours.

use axum::http::StatusCode;
use domain::clients;
use domain::testing::Defined;
use roxmltree::{Document, Node};
use sqlx::PgPool;
use types::access::{Permission, Role};
use types::content::Classification;

use crate::http::api_v1::tests::support::{Answer, Caller};

pub const KEY: &str = "order-placed";

const ENVELOPE: &str = "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
    xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"";

/// A caller by SOAP.
pub struct Soap {
    pub caller: Caller,
    pub token: String,
}

impl Soap {
    /// A client of the admissions office with everything a unit's admin may do.
    pub async fn new(pool: PgPool) -> Self {
        Self::of(Caller::for_role(pool, Role::UnitAdmin).await).await
    }

    /// The same, and a definition that wants an `order`.
    pub async fn live(pool: PgPool) -> (Self, Defined) {
        let soap = Self::new(pool).await;
        let university = &soap.caller.university;
        let defined = university
            .defined(university.admissions, KEY, Classification::Transactional, &[])
            .await
            .expect("a definition");
        (soap, defined)
    }

    /// Of a client.
    pub async fn of(caller: Caller) -> Self {
        let credentials = &caller.credentials;
        let domain = &caller.university.domain;
        let (id, secret) = (credentials.client_id, &credentials.client_secret);
        let (meter, here) = (std::sync::Arc::default(), std::net::IpAddr::from([127, 0, 0, 1]));
        let exchanged = clients::exchange(domain, &meter, here, id, secret, &[]).await;
        let token = exchanged.expect("exchanged").1.expect("a token").value;
        Self { caller, token }
    }

    /// Another client of the same unit, with these scopes.
    pub async fn beside(&self, scopes: &[Permission]) -> Self {
        Self::of(self.caller.beside(scopes).await).await
    }

    /// Posts a whole document.
    pub async fn post(&self, action: &str, document: String) -> Answer {
        let headers = [("content-type", "text/xml"), ("soapaction", action)];
        self.caller
            .send("POST", "/Service.asmx", &headers, document)
            .await
    }

    /// Calls with the token in the header that today's callers use.
    pub async fn call(&self, action: &str, body: &str) -> Answer {
        let header = format!(
            "<wsa:MessageID>urn:uuid:1</wsa:MessageID><fueloauth xmlns=\"http://exacttarget.com\">{}</fueloauth>",
            self.token
        );
        self.post(action, envelope(&header, body)).await
    }

    /// `Retrieve`, with what comes after the properties.
    pub async fn retrieve(&self, object: &str, properties: &[&str], rest: &str) -> Answer {
        let properties: String = properties
            .iter()
            .map(|it| format!("<Properties>{it}</Properties>"))
            .collect();
        let body = format!(
            "<RetrieveRequestMsg xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"><RetrieveRequest><ObjectType>{object}</ObjectType>\
             {properties}{rest}</RetrieveRequest></RetrieveRequestMsg>"
        );
        let answer = self.call("Retrieve", &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer
    }

    /// `Create`, `Update` or `Delete`.
    pub async fn change(&self, verb: &str, options: &str, objects: &str) -> Answer {
        let body = format!(
            "<{verb}Request xmlns=\"http://exacttarget.com/wsdl/partnerAPI\"><Options>{options}</Options>{objects}</{verb}Request>"
        );
        let answer = self.call(verb, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(self.caller.university.domain.pool())
            .await
            .expect("a count")
    }

    /// The number of a topic.
    pub async fn number(&self, topic: types::TopicId) -> i32 {
        sqlx::query_scalar("select number from topics where id = $1")
            .bind(topic.uuid())
            .fetch_one(self.caller.university.domain.pool())
            .await
            .expect("a number")
    }
}

pub fn envelope(header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope {ENVELOPE}><soap:Header>{header}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

pub fn simple(property: &str, operator: &str, values: &[&str]) -> String {
    let values: String = values.iter().map(|it| format!("<Value>{it}</Value>")).collect();
    format!(
        "<Filter xsi:type=\"SimpleFilterPart\"><Property>{property}</Property><SimpleOperator>{operator}</SimpleOperator>{values}</Filter>"
    )
}

/// A triggered send to one subscriber.
pub fn send(key: &str, email: &str, order: &str) -> String {
    format!(
        "<Objects xsi:type=\"TriggeredSend\"><TriggeredSendDefinition><CustomerKey>{key}</CustomerKey></TriggeredSendDefinition>{}</Objects>",
        subscriber(email, order)
    )
}

pub fn subscriber(email: &str, order: &str) -> String {
    format!(
        "<Subscribers><EmailAddress>{email}</EmailAddress><SubscriberKey>{email}</SubscriberKey><Attributes><Name>ORDER</Name>\
         <Value>{order}</Value></Attributes></Subscribers>"
    )
}

/// Texts of all elements of a name, in their order.
pub fn texts(answer: &Answer, name: &str) -> Vec<String> {
    let document = Document::parse(&answer.body).expect("XML");
    let found = document.descendants().filter(|it| it.tag_name().name() == name);
    found.map(|it| it.text().unwrap_or_default().to_owned()).collect()
}

/// The text of the only element of a name.
pub fn text(answer: &Answer, name: &str) -> String {
    let found = texts(answer, name);
    assert!(found.len() <= 1, "{name}: {found:?}");
    found.into_iter().next().unwrap_or_default()
}

/// The answer, a line an element, without what is another each time.
pub fn shown(answer: &Answer) -> String {
    let document = Document::parse(&answer.body).expect("XML");
    let mut lines = vec![format!(
        "{} {}",
        answer.status.as_u16(),
        answer.header("content-type")
    )];
    show(document.root_element(), 0, &mut lines);
    lines.join("\n")
}

fn show(node: Node<'_, '_>, depth: usize, lines: &mut Vec<String>) {
    let name = node.tag_name().name();
    let id = matches!(
        name,
        "MessageID" | "RequestID" | "ObjectID" | "NewObjectID" | "TriggeredSendDefinitionObjectID"
    );
    let text = match node.text().unwrap_or_default().trim() {
        "" => String::new(),
        _ if id => " (id)".to_owned(),
        text => format!(" {text}"),
    };
    let attributes: String = node
        .attributes()
        .filter(|it| it.name() != "Id")
        .map(|it| format!(" {}={}", it.name(), it.value()))
        .collect();
    lines.push(format!("{}{name}{attributes}{text}", "  ".repeat(depth)));
    for child in node.children().filter(Node::is_element) {
        show(child, depth + 1, lines);
    }
}
