//! Relays, sender domains and their keys.

mod domains;
mod engine;
mod relays;

use domain::access::{ManageSenders, ManageSystem};
use domain::testing::University;
use domain::{Actor, Granted, Result};
use sqlx::PgPool;
use types::access::Role;
use types::sending::{RelayInput, RelaySecurity, SenderDomainInput};

/// A university with a system admin, and admins of the two units below.
struct Staff {
    university: University,
    ada: Actor,
    uma: Actor,
    sam: Actor,
}

impl Staff {
    async fn new(pool: PgPool) -> Result<Self> {
        let university = University::new(pool).await?;
        let ada = university
            .user("Ada Admin", university.root, Role::SystemAdmin)
            .await?;
        let uma = university
            .user("Uma Unit", university.admissions, Role::UnitAdmin)
            .await?;
        let sam = university
            .user("Sam Shop", university.shop, Role::UnitAdmin)
            .await?;
        Ok(Self {
            university,
            ada,
            uma,
            sam,
        })
    }

    fn system(&self) -> Result<Granted<ManageSystem>> {
        self.ada.grant(self.university.root)
    }

    fn admissions(&self) -> Result<Granted<ManageSenders>> {
        self.uma.grant(self.university.admissions)
    }

    fn shop(&self) -> Result<Granted<ManageSenders>> {
        self.sam.grant(self.university.shop)
    }
}

const PASSWORD: &str = "correct horse battery";

fn relay(name: &str) -> RelayInput {
    RelayInput {
        name: name.to_owned(),
        host: "Relay.University.test".to_owned(),
        security: RelaySecurity::Required,
        username: "campanile".to_owned(),
        password: PASSWORD.to_owned(),
        ..RelayInput::default()
    }
}

fn domain_input(domain: &str) -> SenderDomainInput {
    SenderDomainInput {
        domain: domain.to_owned(),
        ..SenderDomainInput::default()
    }
}

/// Everything that the audit log says, as one text.
async fn log(staff: &Staff) -> Result<String> {
    let rows: Vec<String> = sqlx::query_scalar("select audit_text(l) from audit_log l order by seq")
        .fetch_all(staff.university.domain.pool())
        .await?;
    Ok(rows.join("\n"))
}
