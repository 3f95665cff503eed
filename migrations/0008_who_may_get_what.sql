-- "Who gets what" (docs: classification against condition), once, for the audience counts of a draft, the expansion into the
-- ledger and the second look just before a message leaves. All three are plain SQL functions that PostgreSQL inlines.

-- The rule that holds a message back, or null when it may go. The order decides which of several reasons is named.
-- Caps by frequency are no rule here: what they hold back is kept for the digest by whoever sends.
create function mailing_rule(
    classification text, erased boolean, restricted boolean, has_address boolean, undeliverable boolean,
    listed boolean, unsubscribed_all boolean, complained boolean, subscribed boolean
) returns text language sql immutable parallel safe as $$
    select case
        when erased then 'erased'
        when restricted then 'restricted'
        when not has_address then 'no_address'
        when undeliverable then 'hard_bounce'
        when classification <> 'marketing' then null
        when unsubscribed_all then 'unsubscribed_all'
        when complained then 'complained'
        when listed then 'suppression_list'
        when not subscribed then 'not_subscribed'
    end
$$;

-- The people of a unit with the address a message would go to and the rule that holds it back (null: none).
-- `p_topics` null: everyone in the unit, where being subscribed to any topic of the unit counts as subscribed;
-- else those who have anything to do with one of these topics, also by having left it (rule not_subscribed).
-- Lists of the unit, of the units above it and of the installation count.
create function mailing_audience(p_unit uuid, p_classification text, p_topics uuid[])
returns table (
    contact_id uuid, address text, normalised text, language text, first_name text, last_name text, key text,
    attributes jsonb, frequency text, rule text
) language sql stable parallel safe as $$
    select m.contact_id, i.value, i.normalised, c.language, c.first_name, c.last_name, m.key, m.attributes,
        case s.often when 0 then 'all' when 1 then 'weekly' when 2 then 'monthly' end,
        mailing_rule(p_classification, c.erased_at is not null, c.restricted_at is not null, i.id is not null,
            i.bounced_at is not null or coalesce(l.undeliverable, false), coalesce(l.unwanted, false),
            c.unsubscribed_all_at is not null, c.complained_at is not null, s.often is not null)
    from contact_units m
    join contacts c on c.id = m.contact_id
    left join identities i on i.contact_id = m.contact_id and i.kind = 'email' and i.is_primary
    left join (
        select u.contact_id,
            min(case u.frequency when 'all' then 0 when 'weekly' then 1 else 2 end) filter (where u.status = 'subscribed') as often
        from subscriptions u
        where u.topic_id = any (coalesce(p_topics, (select array_agg(t.id) from topics t where t.unit_id = p_unit)))
        group by u.contact_id
    ) s on s.contact_id = m.contact_id
    left join (
        select x.normalised, bool_or(x.reason = 'undeliverable') as undeliverable, bool_or(x.reason <> 'undeliverable') as unwanted
        from suppressions x
        where x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = p_unit)
        group by x.normalised
    ) l on l.normalised = i.normalised
    where m.unit_id = p_unit and (p_topics is null or s.contact_id is not null)
$$;

-- The same answer for a few people (a chunk about to be sent, one triggered message): by index, without looking at anyone else.
-- `address` is what is about to be written to; a person who no longer has it is held back as no_address.
create function mailing_recheck(p_unit uuid, p_classification text, p_topics uuid[], p_contacts uuid[], p_addresses text[])
returns table (contact_id uuid, rule text) language sql stable parallel safe as $$
    select p.contact_id,
        mailing_rule(p_classification, c.id is null or c.erased_at is not null, c.restricted_at is not null, i.id is not null,
            i.bounced_at is not null or exists (
                select from suppressions x where x.normalised = i.normalised and x.reason = 'undeliverable'
                    and (x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = p_unit))),
            exists (
                select from suppressions x where x.normalised = i.normalised and x.reason <> 'undeliverable'
                    and (x.unit_id is null or x.unit_id in (select unnest(o.ancestors) from units o where o.id = p_unit))),
            c.unsubscribed_all_at is not null, c.complained_at is not null,
            exists (
                select from subscriptions u where u.contact_id = p.contact_id and u.status = 'subscribed'
                    and u.topic_id = any (coalesce(p_topics, (select array_agg(t.id) from topics t where t.unit_id = p_unit)))))
    from unnest(p_contacts, p_addresses) as p (contact_id, address)
    left join contacts c on c.id = p.contact_id
    left join identities i on i.contact_id = p.contact_id and i.kind = 'email' and i.value = p.address
$$;

-- Whether marketing can reach a person, and if not, the first reason: types::contacts::ContactStatus.
create function contact_status(
    erased timestamptz, restricted timestamptz, address uuid, bounced timestamptz, complained timestamptz, unsubscribed timestamptz
) returns text language sql immutable parallel safe as $$
    select case
        when erased is not null then 'erased'
        when restricted is not null then 'restricted'
        when address is null then 'no_address'
        when bounced is not null then 'bounced'
        when complained is not null then 'complained'
        when unsubscribed is not null then 'unsubscribed'
        else 'reachable'
    end
$$;
