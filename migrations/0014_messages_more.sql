-- Message definitions: senders by rules and quiet hours; messages: copies, attachments, another address for answers, test mode.

alter table campaigns
    add column channel text not null default 'email' check (channel = 'email'),
    -- [types::messages::SenderRule]
    add column senders jsonb not null default '[]',
    -- types::messages::QuietHours
    add column quiet_hours jsonb;

alter table messages
    -- Not before, by the caller's time and the definition's quiet hours; null: at once.
    add column due_at timestamptz,
    add column is_test boolean not null default false,
    -- domain::dispatch::Extra: what the call gave beyond attributes; null: nothing.
    add column extra jsonb;
update messages set due_at = send_at where send_at is not null;

-- Attached files, once a unit. Which message has which stands in messages.extra.
create table message_files (
    unit_id uuid not null references units (id),
    sha256 bytea not null check (length(sha256) = 32),
    content bytea not null,
    -- Some weeks after the last message that has it.
    keep_until timestamptz not null,
    primary key (unit_id, sha256)
);
create index message_files_keep on message_files (keep_until);
