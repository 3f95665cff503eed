-- Who answers for an API client: the person who made it, whose rights bound it for as long as it lives; or, for one made on the
-- command line, whoever runs the server. Its `created_by` is then a placeholder that cannot sign in.
alter table api_clients add column by_operator boolean not null default false;
update api_clients c set by_operator = true
from users u where u.id = c.created_by and u.status = 'disabled' and u.email = 'client-' || u.id || '@client.invalid';
