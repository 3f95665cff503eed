//! What there is, and what can be said of it: the one table behind `Describe`, the properties and filters of `Retrieve`, and the order in which
//! the WSDL has them.

use super::value::{Kind, Value};
use super::write::Xml;

/// A kind of object.
#[derive(Debug)]
pub struct Object {
    pub name: &'static str,
    pub can: Can,
    /// In the order of the schema; a dot goes into what is inside.
    pub properties: &'static [Property],
}

/// What can be done with it.
#[derive(Debug, Clone, Copy)]
pub struct Can {
    pub create: bool,
    pub update: bool,
    pub delete: bool,
    pub retrieve: bool,
}

/// A property.
#[derive(Debug)]
pub struct Property {
    pub name: &'static str,
    pub kind: Kind,
    /// `Retrieve` may filter by it.
    pub filterable: bool,
}

const fn text(name: &'static str) -> Property {
    Property {
        name,
        kind: Kind::Text,
        filterable: true,
    }
}

const fn whole(name: &'static str) -> Property {
    Property {
        name,
        kind: Kind::Whole,
        filterable: true,
    }
}

const fn time(name: &'static str) -> Property {
    Property {
        name,
        kind: Kind::Time,
        filterable: true,
    }
}

const fn truth(name: &'static str) -> Property {
    Property {
        name,
        kind: Kind::Truth,
        filterable: true,
    }
}

/// No filter goes by it. What is not known here is left out of answers.
const fn plain(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        filterable: false,
    }
}

const READ: Can = Can {
    create: false,
    update: false,
    delete: false,
    retrieve: true,
};

/// All of them.
pub const OBJECTS: &[Object] = &[
    Object {
        name: "TriggeredSendDefinition",
        can: READ,
        properties: &[
            whole("Client.ID"),
            plain("PartnerKey", Kind::Text),
            time("CreatedDate"),
            time("ModifiedDate"),
            text("ObjectID"),
            text("CustomerKey"),
            text("Name"),
            plain("Description", Kind::Text),
            plain("Keyword", Kind::Text),
            plain("CategoryID", Kind::Whole),
            plain("SendClassification.ObjectID", Kind::Text),
            plain("SendClassification.CustomerKey", Kind::Text),
            plain("SenderProfile.ObjectID", Kind::Text),
            plain("SenderProfile.CustomerKey", Kind::Text),
            text("FromName"),
            text("FromAddress"),
            plain("DeliveryProfile.ObjectID", Kind::Text),
            plain("DeliveryProfile.CustomerKey", Kind::Text),
            text("TriggeredSendType"),
            text("TriggeredSendStatus"),
            plain("Email.ID", Kind::Whole),
            plain("List.ID", Kind::Whole),
            truth("AutoAddSubscribers"),
            truth("AutoUpdateSubscribers"),
            plain("EmailSubject", Kind::Text),
            plain("DynamicEmailSubject", Kind::Text),
            truth("IsMultipart"),
            plain("IsWrapped", Kind::Truth),
            plain("Priority", Kind::Text),
        ],
    },
    Object {
        name: "TriggeredSend",
        can: Can {
            create: true,
            update: false,
            delete: false,
            retrieve: false,
        },
        properties: &[],
    },
    Object {
        name: "Subscriber",
        can: Can {
            create: true,
            update: true,
            delete: true,
            retrieve: true,
        },
        properties: &[
            whole("Client.ID"),
            plain("Client.PartnerClientKey", Kind::Text),
            plain("PartnerKey", Kind::Text),
            time("CreatedDate"),
            plain("ID", Kind::Whole),
            text("ObjectID"),
            text("EmailAddress"),
            plain("Attributes", Kind::Text),
            text("SubscriberKey"),
            time("UnsubscribedDate"),
            text("Status"),
            plain("EmailTypePreference", Kind::Text),
        ],
    },
    Object {
        name: "List",
        can: READ,
        properties: &[
            whole("Client.ID"),
            plain("Client.PartnerClientKey", Kind::Text),
            plain("PartnerKey", Kind::Text),
            time("CreatedDate"),
            plain("ModifiedDate", Kind::Time),
            whole("ID"),
            text("ObjectID"),
            text("CustomerKey"),
            text("ListName"),
            plain("Category", Kind::Whole),
            text("Type"),
            text("Description"),
            text("ListClassification"),
            plain("AutomatedEmail.ID", Kind::Whole),
        ],
    },
    Object {
        name: "ListSubscriber",
        can: READ,
        properties: &[
            whole("Client.ID"),
            plain("Client.PartnerClientKey", Kind::Text),
            plain("PartnerKey", Kind::Text),
            plain("CreatedDate", Kind::Time),
            time("ModifiedDate"),
            plain("ID", Kind::Whole),
            plain("ObjectID", Kind::Text),
            text("Status"),
            whole("ListID"),
            text("SubscriberKey"),
        ],
    },
    Object {
        name: "SentEvent",
        can: READ,
        properties: EVENT,
    },
    Object {
        name: "OpenEvent",
        can: READ,
        properties: EVENT,
    },
    Object {
        name: "ClickEvent",
        can: READ,
        properties: CLICK,
    },
    Object {
        name: "BounceEvent",
        can: READ,
        properties: BOUNCE,
    },
    Object {
        name: "UnsubEvent",
        can: READ,
        properties: EVENT,
    },
];

/// What every event says; then what is its own.
macro_rules! event {
    ($($own:expr),*) => {
        &[
            whole("Client.ID"),
            plain("Client.PartnerClientKey", Kind::Text),
            plain("PartnerKey", Kind::Text),
            plain("CreatedDate", Kind::Time),
            plain("ModifiedDate", Kind::Time),
            plain("ID", Kind::Whole),
            text("ObjectID"),
            whole("SendID"),
            text("SubscriberKey"),
            time("EventDate"),
            text("EventType"),
            text("TriggeredSendDefinitionObjectID"),
            whole("BatchID"),
            $($own),*
        ]
    };
}

const EVENT: &[Property] = event!();
const CLICK: &[Property] = event!(whole("URLID"), text("URL"));
const BOUNCE: &[Property] = event!(
    text("SMTPCode"),
    text("BounceCategory"),
    text("SMTPReason"),
    text("BounceType")
);

impl Object {
    /// By name, without regard to case.
    pub fn find(name: &str) -> Option<&'static Self> {
        OBJECTS.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// A property by name, without regard to case. `Client` means its number.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        let name = if name.eq_ignore_ascii_case("Client") {
            "Client.ID"
        } else {
            name
        };
        self.properties
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// Writes one object: the wanted properties in the order of the schema. The vendor always says `PartnerKey` and `ObjectID`, if only that
    /// they are nil.
    pub fn write(&self, xml: &mut Xml, wanted: &[String], row: &Row) {
        xml.open_with("Results", &format!("xsi:type=\"{}\"", self.name));
        let mut open: Option<&str> = None;
        for property in self.properties {
            let (inside, name) = match property.name.split_once('.') {
                Some((inside, name)) => (Some(inside), name),
                None => (None, property.name),
            };
            let value = row.get(property.name);
            let asked = wanted.iter().any(|it| it == property.name) && *value != Value::None;
            let always = matches!(property.name, "PartnerKey" | "ObjectID" | "Attributes");
            if !asked && !always {
                continue;
            }
            if open != inside {
                if let Some(last) = open {
                    xml.close(last);
                }
                if let Some(next) = inside {
                    xml.open(next);
                }
                open = inside;
            }
            match property.name {
                "Attributes" => xml.raw(&row.attributes),
                _ if asked => xml.value(name, value),
                _ => xml.nil(name),
            };
        }
        if let Some(last) = open {
            xml.close(last);
        }
        xml.close("Results");
    }
}

/// Values of one object.
#[derive(Debug, Default)]
pub struct Row {
    values: Vec<(&'static str, Value)>,
    /// Written already.
    pub attributes: String,
}

impl Row {
    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// A property's value.
    pub fn get(&self, name: &str) -> &Value {
        self.values
            .iter()
            .find(|(it, _)| *it == name)
            .map_or(&Value::None, |(_, value)| value)
    }
}
