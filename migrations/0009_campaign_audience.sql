-- The audience of a campaign, person by person: `mailing_audience` with what the author left out. Draft counts, the seal's number
-- and the expansion into the ledger are all made from this one function. Arrays come from types::campaigns::Audience:
--   p_topics    null: everyone in the unit; else people of these topics
--   p_excluded  whoever is subscribed to one of these is held back by the rule `excluded`
--   p_languages empty: all; else only these languages, where an unknown language counts as p_default_language
-- One address belongs to one person (identities_kind_value_key), so nobody is in it twice.
create function campaign_audience(
    p_unit uuid, p_classification text, p_topics uuid[], p_excluded uuid[], p_languages text[], p_default_language text
) returns table (
    contact_id uuid, address text, normalised text, language text, first_name text, last_name text, key text,
    attributes jsonb, frequency text, rule text
) language sql stable parallel safe as $$
    select a.contact_id, a.address, a.normalised, a.language, a.first_name, a.last_name, a.key, a.attributes, a.frequency,
        case
            when a.rule is not null then a.rule
            when x.contact_id is not null then 'excluded'
        end
    from mailing_audience(p_unit, p_classification, p_topics) a
    left join (
        select distinct s.contact_id from subscriptions s where s.topic_id = any (p_excluded) and s.status = 'subscribed'
    ) x on x.contact_id = a.contact_id
    where cardinality(p_languages) = 0 or coalesce(a.language, p_default_language) = any (p_languages)
$$;
