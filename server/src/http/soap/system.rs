//! `GetSystemStatus` and `VersionInfo`, and the operations that are not there.

use super::caller::Session;
use super::write::Xml;

/// When this version's interface was written, for `VersionInfo`.
const VERSION_DATE: &str = "2026-11-22T00:00:00.000Z";

/// Answers a `SystemStatusRequestMsg`: who gets an answer at all reached a server and its database.
pub fn status(session: &Session) -> String {
    let mut xml = Xml::default();
    xml.open_with("SystemStatusResponseMsg", super::NAMESPACE)
        .open("Results")
        .open("Result")
        .leaf("StatusCode", "OK")
        .leaf("StatusMessage", "System Status Retrieved")
        .leaf("SystemStatus", "OK")
        .close("Result")
        .close("Results")
        .leaf("OverallStatus", "OK")
        .leaf("OverallStatusMessage", "")
        .leaf("RequestID", &session.id().to_string())
        .close("SystemStatusResponseMsg");
    xml.finish()
}

/// Answers a `VersionInfoRequestMsg` with our own version.
pub fn version(session: &Session) -> String {
    let mut xml = Xml::default();
    xml.open_with("VersionInfoResponseMsg", super::NAMESPACE)
        .open("VersionInfo")
        .leaf("Version", env!("CARGO_PKG_VERSION"))
        .leaf("VersionDate", VERSION_DATE)
        .leaf("Notes", "Campanile")
        .close("VersionInfo")
        .leaf("RequestID", &session.id().to_string())
        .close("VersionInfoResponseMsg");
    xml.finish()
}

/// Answers an operation that the WSDL has and we do not do, so that a caller reads why where it looks.
pub fn unsupported(session: &Session, operation: &str, response: &str) -> String {
    let words = format!("The operation {operation} is not supported.");
    let id = session.id().to_string();
    let mut result = Xml::default();
    result
        .leaf("StatusCode", "Error")
        .leaf("StatusMessage", &words)
        .number("OrdinalID", 0);
    let code = "<ErrorCode>2</ErrorCode>";
    let result = result.finish();
    let mut xml = Xml::default();
    xml.open_with(response, super::NAMESPACE);
    match operation {
        "Execute" => xml
            .leaf("OverallStatus", "Error")
            .leaf("RequestID", &id)
            .open("Results")
            .raw(&result)
            .raw(code)
            .close("Results"),
        "Extract" => xml
            .leaf("OverallStatus", "Error")
            .leaf("RequestID", &id)
            .open("Results")
            .open("ExtractResult")
            .raw(&result)
            .raw(code)
            .close("ExtractResult")
            .close("Results"),
        "Query" => xml
            .leaf("OverallStatus", &format!("Error: {words}"))
            .leaf("RequestID", &id),
        _ => xml
            .open("Results")
            .open("Result")
            .raw(&result)
            .raw(code)
            .close("Result")
            .close("Results")
            .leaf("OverallStatus", "Error")
            .leaf("OverallStatusMessage", &words)
            .leaf("RequestID", &id),
    };
    xml.close(response);
    xml.finish()
}
