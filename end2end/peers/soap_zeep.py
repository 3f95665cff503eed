"""Salesforce Marketing Cloud's SOAP API as a strict client uses it: binds to the WSDL, checks every answer against its types.

python soap_zeep.py BASE CLIENT_ID CLIENT_SECRET DEFINITION LIST
"""

import json
import sys
import time

import zeep
from zeep.wsse.username import UsernameToken

base, client_id, client_secret, definition, number = sys.argv[1:]
client = zeep.Client(
    f"{base}/etframework.wsdl",
    wsse=UsernameToken(client_id, client_secret),
    settings=zeep.Settings(strict=True, xml_huge_tree=False),
)
make = client.type_factory("http://exacttarget.com/wsdl/partnerAPI")
service = client.service


def retrieve(kind, properties, filter=None, more=None, batch=None):
    request = {"ObjectType": kind, "Properties": properties}
    if filter is not None:
        request["Filter"] = filter
    if more is not None:
        request["ContinueRequest"] = more
    if batch is not None:
        request["Options"] = make.RetrieveOptions(BatchSize=batch)
    return service.Retrieve(RetrieveRequest=request)


def simple(name, operator, *values):
    return make.SimpleFilterPart(Property=name, SimpleOperator=operator, Value=list(values))


status = service.GetSystemStatus()
assert status.OverallStatus == "OK" and status.Results.Result[0].SystemStatus == "OK", status
assert service.VersionInfo(IncludeVersionHistory=False).VersionInfo.Notes == "Campanile"

described = service.Describe({"ObjectDefinitionRequest": [{"ObjectType": "SentEvent"}]})
names = [it.Name for it in described.ObjectDefinition[0].Properties if it.IsRetrievable]
assert "EventDate" in names and "SubscriberKey" in names, names

found = retrieve(
    "TriggeredSendDefinition",
    ["CustomerKey", "Name", "TriggeredSendStatus", "ObjectID", "Client.ID", "CreatedDate"],
    simple("CustomerKey", "equals", definition),
)
assert found.OverallStatus == "OK" and len(found.Results) == 1, found
assert found.Results[0].TriggeredSendStatus == "Active", found
object_id = found.Results[0].ObjectID

address = f"zeep.{time.time_ns()}@example.org"
sent = service.Create(
    Options=make.CreateOptions(RequestType="Synchronous"),
    Objects=[
        make.TriggeredSend(
            TriggeredSendDefinition=make.TriggeredSendDefinition(CustomerKey=definition),
            Subscribers=[
                make.Subscriber(
                    EmailAddress=address,
                    SubscriberKey=address,
                    Attributes=[make.Attribute(Name="order", Value="Z-1 <&> ż")],
                ),
                make.Subscriber(EmailAddress="nobody", SubscriberKey="nobody"),
            ],
        )
    ],
)
assert sent.OverallStatus == "Has Errors", sent
result = sent.Results[0]
assert (result.StatusCode, result.StatusMessage) == ("OK", "Created TriggeredSend"), sent
assert [it.Subscriber.EmailAddress for it in result.SubscriberFailures] == ["nobody"], sent

both = make.ComplexFilterPart(
    LeftOperand=simple("TriggeredSendDefinitionObjectID", "equals", object_id),
    LogicalOperator="AND",
    RightOperand=simple("SubscriberKey", "IN", address, "somebody else"),
)
for _ in range(100):
    events = retrieve("SentEvent", names, both)
    assert events.OverallStatus == "OK", events
    if events.Results:
        break
    time.sleep(0.1)
assert [it.SubscriberKey for it in events.Results] == [address], events
assert events.Results[0].EventType == "Sent" and events.Results[0].SendID > 0, events

key = f"z-{time.time_ns()}"
person = make.Subscriber(
    SubscriberKey=key,
    EmailAddress=f"{key}@example.org",
    Attributes=[make.Attribute(Name="First Name", Value="Zep")],
    Lists=[make.SubscriberList(ID=int(number), Status="Active")],
)
made = service.Create(Options=make.CreateOptions(), Objects=[person])
assert made.OverallStatus == "OK", made
again = service.Create(Options=make.CreateOptions(), Objects=[person])
assert (again.OverallStatus, again.Results[0].ErrorCode) == ("Error", 12014), again
person.Lists = [make.SubscriberList(ID=int(number), Status="Unsubscribed")]
changed = service.Update(Options=make.UpdateOptions(), Objects=[person])
assert changed.OverallStatus == "OK", changed
lists = retrieve("ListSubscriber", ["ListID", "Status", "SubscriberKey"], simple("SubscriberKey", "equals", key))
assert [(it.ListID, it.Status) for it in lists.Results] == [(int(number), "Unsubscribed")], lists
gone = service.Delete(Options=make.DeleteOptions(), Objects=[make.Subscriber(SubscriberKey=key)])
assert gone.OverallStatus == "OK", gone

page = retrieve("Subscriber", ["SubscriberKey", "EmailAddress", "Status"], batch=400)
people = len(page.Results)
pages = 1
while page.OverallStatus == "MoreDataAvailable" and pages < 5:
    page = retrieve("Subscriber", [], more=page.RequestID)
    people += len(page.Results)
    pages += 1

no = service.Perform(Action="start", Definitions={"Definition": [make.TriggeredSendDefinition(CustomerKey=definition)]})
assert no.OverallStatus == "Error" and "Perform" in no.OverallStatusMessage, no
wrong = zeep.Client(f"{base}/etframework.wsdl", wsse=UsernameToken(client_id, "guess"))
try:
    wrong.service.GetSystemStatus()
    raise AssertionError("a wrong secret was taken")
except zeep.exceptions.Fault as fault:
    assert fault.message == "Login Failed", fault

print(json.dumps({"address": address, "people": people, "pages": pages}))
