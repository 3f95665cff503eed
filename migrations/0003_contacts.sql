-- The golden record: one person once in the installation, seen by a unit only through its own membership row.

create table contacts (
    id uuid primary key,
    first_name text not null default '' constraint contacts_first_name_length check (length(first_name) <= 120),
    last_name text not null default '' constraint contacts_last_name_length check (length(last_name) <= 120),
    language text check (language in ('en', 'pl', 'de', 'fr')),
    time_zone text,
    -- Law 5: stops every marketing channel in every unit.
    unsubscribed_all_at timestamptz,
    complained_at timestamptz,
    erased_at timestamptz,
    restricted_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table identities (
    id uuid primary key,
    contact_id uuid not null references contacts (id) on delete cascade,
    kind text not null check (kind in ('email', 'phone', 'student_number', 'crm_id')),
    -- As given, for display and for sending.
    value text not null,
    -- For matching: lower case, domain in ASCII.
    normalised text not null,
    is_primary boolean not null default true,
    -- The units that brought this address or number themselves: only they see it (law 3).
    known_to uuid[] not null default '{}',
    -- Undeliverable since: a hard bounce of this address.
    bounced_at timestamptz,
    created_at timestamptz not null,
    constraint identities_kind_value_key unique (kind, normalised)
);
create unique index identities_primary on identities (contact_id, kind) where is_primary;
create index identities_contact on identities (contact_id);

create table contact_units (
    unit_id uuid not null references units (id),
    contact_id uuid not null references contacts (id) on delete cascade,
    -- The unit's own key for the person (student number, shop account); unique within the unit.
    key text,
    attributes jsonb not null default '{}',
    source text not null default 'console',
    -- The import that brought the person into the unit.
    import_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (unit_id, contact_id)
);
create unique index contact_units_key on contact_units (unit_id, key) where key is not null;
create index contact_units_contact on contact_units (contact_id);
create index contact_units_recent on contact_units (unit_id, created_at desc, contact_id);

create table topics (
    id uuid primary key,
    unit_id uuid not null references units (id),
    key text not null constraint topics_key_format check (key ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'),
    -- {"en": "Open days", "pl": "Dni otwarte"}; the unit's default language must be there.
    name jsonb not null,
    description jsonb not null default '{}',
    -- Shown in the preference centre.
    is_public boolean not null default true,
    position integer not null default 0,
    created_at timestamptz not null,
    archived_at timestamptz,
    constraint topics_unit_key unique (unit_id, key)
);

create table subscriptions (
    contact_id uuid not null references contacts (id) on delete cascade,
    topic_id uuid not null references topics (id),
    status text not null check (status in ('subscribed', 'unsubscribed')),
    -- How often the person wants to hear: every message, at most weekly, at most monthly.
    frequency text not null default 'all' check (frequency in ('all', 'weekly', 'monthly')),
    source text not null,
    changed_at timestamptz not null,
    primary key (contact_id, topic_id)
);
create index subscriptions_topic on subscriptions (topic_id, status);

-- GDPR art. 7: who agreed to what wording, when, from where, by which act. Append-only.
create table consent_records (
    seq bigint generated always as identity primary key,
    contact_id uuid not null,
    -- Null: all marketing (master unsubscribe and its withdrawal).
    topic_id uuid references topics (id),
    unit_id uuid references units (id),
    act text not null check (act in ('given', 'withdrawn', 'withdrawn_all', 'restored_all', 'frequency')),
    purpose text not null default 'marketing',
    wording text not null default '',
    wording_version text not null default '',
    source text not null check (source in ('import', 'api', 'console', 'preference_centre', 'one_click', 'unsubscribe_page', 'complaint', 'seed')),
    -- The staff user, import or delivery behind it.
    reference_id uuid,
    remote_address text,
    at timestamptz not null
);
create index consent_records_contact on consent_records (contact_id, seq desc);
create trigger consent_records_append_only before update or delete on consent_records
    for each row execute function refuse_change();
create trigger consent_records_no_truncate before truncate on consent_records
    for each statement execute function refuse_change();

-- Addresses never to write to. Kept by address, not by contact: who moves here brings a list.
create table suppressions (
    id uuid primary key,
    normalised text not null,
    -- undeliverable stops everything; unwanted and complaint stop marketing.
    reason text not null check (reason in ('undeliverable', 'unwanted', 'complaint')),
    -- Null: the whole installation (hard bounces, complaints); else one unit's imported list.
    unit_id uuid references units (id),
    source text not null,
    detail text not null default '',
    created_at timestamptz not null,
    created_by uuid references users (id)
);
create unique index suppressions_unique on suppressions (normalised, reason, coalesce(unit_id, '00000000-0000-0000-0000-000000000000'));
create index suppressions_unit on suppressions (unit_id, created_at desc, id desc);

create table imports (
    id uuid primary key,
    unit_id uuid not null references units (id),
    kind text not null check (kind in ('contacts', 'suppressions')),
    file_name text not null,
    byte_size bigint not null default 0,
    status text not null check (status in ('uploading', 'uploaded', 'queued', 'running', 'finished', 'failed', 'cancelled')),
    -- Encoding, separator, column mapping, topic, consent wording: types::imports::ImportOptions
    options jsonb not null default '{}',
    preview jsonb,
    rows_total bigint,
    rows_read bigint not null default 0,
    rows_created bigint not null default 0,
    rows_updated bigint not null default 0,
    rows_unchanged bigint not null default 0,
    rows_duplicate bigint not null default 0,
    rows_failed bigint not null default 0,
    rows_subscribed bigint not null default 0,
    -- Who once said no to the topic, or to everything, and was not subscribed again.
    rows_kept_out bigint not null default 0,
    -- Where a run that was interrupted goes on: people of the (deterministic) staging order already written.
    rows_written bigint not null default 0,
    bytes_read bigint not null default 0,
    failure text,
    cancel_requested boolean not null default false,
    created_by uuid references users (id),
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz
);
-- Shapes only: every run makes temporary tables like these two, which hide them for its connection.
create unlogged table import_stage (
    line bigint not null,
    -- Becomes the contact's id where the person is new.
    id uuid not null,
    identity_id uuid not null,
    phone_id uuid not null,
    key text,
    email text,
    email_normalised text,
    phone text,
    phone_normalised text,
    first_name text not null,
    last_name text not null,
    language text,
    time_zone text,
    attributes jsonb not null
);
create unlogged table import_people (like import_stage, n bigint not null);

create index imports_unit on imports (unit_id, created_at desc, id desc);

-- The uploaded file in parts, deleted when the import is over: never on one node's disk.
create table import_parts (
    import_id uuid not null references imports (id) on delete cascade,
    part integer not null,
    bytes bytea not null,
    primary key (import_id, part)
);
alter table import_parts alter column bytes set storage external;

create table import_errors (
    import_id uuid not null references imports (id) on delete cascade,
    line bigint not null,
    column_name text not null default '',
    code text not null,
    value text not null default '',
    raw text not null default ''
);
create index import_errors_import on import_errors (import_id, line);
