-- Campaigns, their frozen revisions (the seal) and reviews.

create table campaigns (
    id uuid primary key,
    unit_id uuid not null references units (id),
    name text not null constraint campaigns_name_length check (length(name) between 1 and 160),
    classification text not null default 'marketing' check (classification in ('marketing', 'operational', 'transactional')),
    state text not null check (state in ('draft', 'in_review', 'approved', 'scheduled', 'sending', 'paused', 'finished', 'cancelled')),
    -- Draft contents, all jsonb of types::campaigns: edited freely until submitted.
    audience jsonb not null default '{}',
    content jsonb not null default '{}',
    sender_profile_id uuid references sender_profiles (id),
    -- {"kind": "now"} or {"kind": "at", "at": "…", "time_zone": "…"}
    schedule jsonb not null default '{"kind": "now"}',
    -- Messages per hour, null: no limit of its own.
    throttle_per_hour integer check (throttle_per_hour > 0),
    -- Optimistic lock of the editor: two people in one draft are told.
    edit_version integer not null default 1,
    current_revision_id uuid,
    -- The person whose work it is; null: made by the system itself.
    created_by uuid references users (id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    submitted_at timestamptz,
    scheduled_for timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    archived_at timestamptz
);
create index campaigns_unit on campaigns (unit_id, updated_at desc, id desc);
create index campaigns_due on campaigns (scheduled_for) where state = 'scheduled';

-- What was submitted, whole and frozen. `seal` is SHA-256 over the canonical JSON of everything that decides
-- what is sent, to whom, from whom and when (law 2); it is checked again at the moment of sending.
create table campaign_revisions (
    id uuid primary key,
    campaign_id uuid not null references campaigns (id),
    number integer not null,
    classification text not null,
    audience jsonb not null,
    -- render::Source with template text, slots and subject, per language
    source jsonb not null,
    sender jsonb not null,
    schedule jsonb not null,
    throttle_per_hour integer,
    audience_count bigint not null,
    seal bytea not null,
    submitted_by uuid references users (id),
    submitted_at timestamptz not null,
    constraint campaign_revisions_number unique (campaign_id, number)
);
create trigger campaign_revisions_frozen before update or delete on campaign_revisions
    for each row execute function refuse_change();
alter table campaigns add constraint campaigns_current_revision foreign key (current_revision_id) references campaign_revisions (id);

create table reviews (
    id uuid primary key,
    unit_id uuid not null references units (id),
    campaign_id uuid not null references campaigns (id),
    revision_id uuid not null references campaign_revisions (id),
    state text not null check (state in ('waiting', 'approved', 'rejected', 'withdrawn')),
    note text not null default '',
    requested_by uuid references users (id),
    requested_at timestamptz not null,
    decided_by uuid references users (id),
    decided_at timestamptz,
    comment text not null default '',
    -- The seal the approver saw.
    seal bytea not null,
    -- Nobody approves their own work (law 2), also not by a bug above.
    constraint reviews_four_eyes check (state <> 'approved' or decided_by is distinct from requested_by)
);
create unique index reviews_one_waiting on reviews (campaign_id) where state = 'waiting';
create index reviews_unit on reviews (unit_id, state, requested_at desc);
create index reviews_campaign on reviews (campaign_id, requested_at desc);

-- Everyone who changed the draft since the last submission: none of them may approve it.
create table campaign_editors (
    campaign_id uuid not null references campaigns (id),
    user_id uuid not null references users (id),
    last_edit_at timestamptz not null,
    primary key (campaign_id, user_id)
);
