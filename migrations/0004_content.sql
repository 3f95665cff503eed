-- Templates, sender profiles, images.

create table blobs (
    sha256 bytea primary key,
    bytes bytea not null
);
alter table blobs alter column bytes set storage external;

create table images (
    id uuid primary key,
    unit_id uuid not null references units (id),
    sha256 bytea not null references blobs (sha256),
    thumbnail_sha256 bytea not null references blobs (sha256),
    file_name text not null,
    media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
    width integer not null,
    height integer not null,
    byte_size bigint not null,
    alt text not null default '',
    created_by uuid references users (id),
    created_at timestamptz not null,
    archived_at timestamptz,
    constraint images_unit_content unique (unit_id, sha256)
);
create index images_unit on images (unit_id, created_at desc, id desc);

-- Shared downwards: a unit's template may be used by all its descendants.
create table templates (
    id uuid primary key,
    unit_id uuid not null references units (id),
    name text not null constraint templates_name_length check (length(name) between 1 and 120),
    description text not null default '',
    current_version integer not null,
    created_by uuid references users (id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    archived_at timestamptz,
    constraint templates_unit_name unique (unit_id, name)
);

create table template_versions (
    template_id uuid not null references templates (id),
    version integer not null,
    mjml text not null,
    -- render::Slot list
    slots jsonb not null,
    created_by uuid references users (id),
    created_at timestamptz not null,
    primary key (template_id, version)
);

create table sender_profiles (
    id uuid primary key,
    unit_id uuid not null references units (id),
    name text not null constraint sender_profiles_name_length check (length(name) between 1 and 120),
    from_name text not null,
    from_address text not null,
    reply_to text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    archived_at timestamptz,
    constraint sender_profiles_unit_name unique (unit_id, name)
);
