//! `Describe`: what there is to retrieve and change, out of the one table of objects.

use super::caller::Session;
use super::node::Node;
use super::objects::{Object, Property};
use super::value::Kind;
use super::write::Xml;

/// Answers a `DefinitionRequestMsg`. What is not there is left out, as the vendor does.
pub fn describe(session: &Session, request: &Node) -> String {
    let mut xml = Xml::default();
    xml.open_with("DefinitionResponseMsg", super::NAMESPACE);
    let asked = request.child("DescribeRequests");
    for one in asked.into_iter().flat_map(|it| it.all("ObjectDefinitionRequest")) {
        if let Some(object) = Object::find(one.text("ObjectType")) {
            write(&mut xml, object);
        }
    }
    xml.leaf("RequestID", &session.id().to_string())
        .close("DefinitionResponseMsg");
    xml.finish()
}

fn write(xml: &mut Xml, object: &Object) {
    xml.open("ObjectDefinition")
        .leaf("ObjectType", object.name)
        .number("IsCreatable", object.can.create)
        .number("IsUpdatable", object.can.update)
        .number("IsRetrievable", object.can.retrieve);
    for property in object.properties {
        let (soap, plain) = types_of(property);
        xml.open("Properties").nil("PartnerKey").nil("ObjectID");
        xml.leaf("Name", property.name)
            .leaf("DataType", data_type(property))
            .leaf("ValueType", soap)
            .leaf("PropertyType", plain)
            .number("IsUpdatable", object.can.update && is_written(property))
            .number("IsRetrievable", object.can.retrieve)
            .number("IsFilterable", property.filterable)
            .close("Properties");
    }
    xml.close("ObjectDefinition");
}

fn is_written(property: &Property) -> bool {
    matches!(
        property.name,
        "EmailAddress" | "SubscriberKey" | "Status" | "Attributes"
    )
}

fn data_type(property: &Property) -> &'static str {
    match property.kind {
        Kind::Text => "String",
        Kind::Whole => "Int32",
        Kind::Time => "DateTime",
        Kind::Truth => "Boolean",
    }
}

fn types_of(property: &Property) -> (&'static str, &'static str) {
    match property.kind {
        Kind::Text => ("xsd:string", "string"),
        Kind::Whole => ("xsd:double", "double"),
        Kind::Time => ("xsd:dateTime", "datetime"),
        Kind::Truth => ("xsd:boolean", "boolean"),
    }
}
