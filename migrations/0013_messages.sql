-- Triggered messages. A message definition is a campaign that nobody schedules: the same drafts, revisions, seals and reviews; what is
-- approved stands as a dispatch, to which every call adds a line.

alter table campaigns
    add column kind text not null default 'campaign' check (kind in ('campaign', 'message')),
    -- By which callers name it; for ever, also when it is archived.
    add column key text constraint campaigns_key_format check (key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    -- types::messages::Parameter: what callers give.
    add column parameters jsonb not null default '[]',
    -- What is sent now, whatever is being drafted meanwhile.
    add column live_revision_id uuid references campaign_revisions (id),
    add column live_dispatch_id uuid references dispatches (id),
    -- Not active: calls are refused until it is again.
    add column is_active boolean not null default true,
    add constraint campaigns_message check ((kind = 'message') = (key is not null)),
    add constraint campaigns_live check ((live_revision_id is null) = (live_dispatch_id is null));
create unique index campaigns_unit_key on campaigns (unit_id, key) where kind = 'message';

-- Key and parameters of a message definition, under the seal; null: a campaign.
alter table campaign_revisions add column called jsonb;

-- What was asked for, one row a message, for ever; what became of it stands in the ledger.
create table messages (
    id uuid primary key,
    unit_id uuid not null,
    -- The caller's, else the id: the same key twice is the same message.
    key text not null constraint messages_key_length check (length(key) between 1 and 200),
    definition_id uuid not null,
    revision_id uuid not null,
    dispatch_id uuid not null,
    seq bigint not null,
    contact_id uuid not null,
    -- The address as it was given, or that of the person at the time; lower case.
    address text not null,
    -- Who asked: an API client or a member of staff.
    asked_by uuid,
    -- SHA-256 of what was asked: the same key with something else is refused.
    request_hash bytea not null,
    -- Comes back with the status and every event.
    metadata jsonb not null default '{}',
    send_at timestamptz,
    expires_at timestamptz,
    -- [{"rule", "met", "counts"}]: every rule as it was when the message was accepted.
    rules jsonb not null,
    created_at timestamptz not null
);
create unique index messages_key on messages (unit_id, key);
create unique index messages_line on messages (dispatch_id, seq);
create index messages_definition on messages (definition_id, created_at desc, id desc);
create index messages_unit on messages (unit_id, created_at desc, id desc);
create index messages_address on messages (unit_id, address, created_at desc);

-- The rule that holds a person back, and every rule there is: whether it is met, and whether it counts for this classification.
create function mailing_evaluate(p_unit uuid, p_classification text, p_topics uuid[], p_contacts uuid[], p_addresses text[])
returns table (contact_id uuid, rule text, rules jsonb) language sql stable parallel safe as $$
    select f.contact_id,
        mailing_rule(p_classification, f.erased, f.restricted, f.has_address, f.undeliverable, f.listed, f.unsubscribed_all, f.complained, f.subscribed),
        jsonb_build_array(
            jsonb_build_object('rule', 'erased', 'met', f.erased, 'counts', true),
            jsonb_build_object('rule', 'restricted', 'met', f.restricted, 'counts', true),
            jsonb_build_object('rule', 'no_address', 'met', not f.has_address, 'counts', true),
            jsonb_build_object('rule', 'hard_bounce', 'met', f.undeliverable, 'counts', true),
            jsonb_build_object('rule', 'unsubscribed_all', 'met', f.unsubscribed_all, 'counts', p_classification = 'marketing'),
            jsonb_build_object('rule', 'complained', 'met', f.complained, 'counts', p_classification = 'marketing'),
            jsonb_build_object('rule', 'suppression_list', 'met', f.listed, 'counts', p_classification = 'marketing'),
            jsonb_build_object('rule', 'not_subscribed', 'met', not f.subscribed, 'counts', p_classification = 'marketing'))
    from (
        select p.contact_id, c.id is null or c.erased_at is not null as erased, c.restricted_at is not null as restricted,
            i.id is not null as has_address,
            i.bounced_at is not null or exists (
                select from suppressions x where x.normalised = i.normalised and x.reason = 'undeliverable'
                    and (x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = p_unit))) as undeliverable,
            exists (
                select from suppressions x where x.normalised = i.normalised and x.reason <> 'undeliverable'
                    and (x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = p_unit))) as listed,
            c.unsubscribed_all_at is not null as unsubscribed_all, c.complained_at is not null as complained,
            exists (
                select from subscriptions u where u.contact_id = p.contact_id and u.status = 'subscribed'
                    and u.topic_id = any (coalesce(p_topics, (select array_agg(t.id) from topics t where t.unit_id = p_unit)))) as subscribed
        from unnest(p_contacts, p_addresses) as p (contact_id, address)
        left join contacts c on c.id = p.contact_id
        left join identities i on i.contact_id = p.contact_id and i.kind = 'email' and i.value = p.address
        offset 0
    ) f
$$;

create index dispatches_revision on dispatches (revision_id) where kind = 'message';

-- Message and sender of a standing dispatch are those of its revision.
alter table dispatches drop constraint dispatches_content, drop column source, drop column sender,
    add constraint dispatches_message check (kind <> 'message' or revision_id is not null);
