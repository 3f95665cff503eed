//! The words of a notice, from the catalogue.

use domain::queue::{DefinitionNotice, Notice, SystemMail};
use i18n::{Locale, td_string};
use types::Language;

/// A notice in one language, ready for its template.
pub(super) struct Letter {
    pub language: Language,
    pub subject: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    /// What somebody wrote.
    pub quote: Option<String>,
    pub quote_label: String,
    /// The words on the button.
    pub action: String,
    pub link: String,
    pub note: Option<String>,
    pub footer: String,
}

impl Letter {
    pub fn write(mail: &SystemMail, public_url: &str) -> Self {
        let locale = i18n::locale_of(mail.language);
        let name = if mail.name.trim().is_empty() {
            mail.to.as_str()
        } else {
            mail.name.trim()
        };
        let mut letter = Self {
            language: mail.language,
            subject: String::new(),
            greeting: td_string!(locale, mail.greeting, name = name).to_string(),
            paragraphs: Vec::new(),
            quote: None,
            quote_label: td_string!(locale, mail.quote_label).to_string(),
            action: td_string!(locale, mail.campaign_action).to_string(),
            link: String::new(),
            note: None,
            footer: td_string!(locale, mail.system_note, address = public_url).to_string(),
        };
        letter.fill(locale, &mail.notice);
        // Names of campaigns and people come from outside; a subject is one line.
        letter.subject = letter.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        letter
    }

    fn fill(&mut self, locale: Locale, notice: &Notice) {
        match notice {
            Notice::Invitation {
                inviter,
                unit,
                link,
                days,
            } => {
                self.subject = td_string!(locale, mail.invitation_subject, inviter = inviter).to_string();
                self.paragraphs.push(
                    td_string!(locale, mail.invitation_text, inviter = inviter, unit = unit).to_string(),
                );
                self.action = td_string!(locale, mail.invitation_action).to_string();
                self.note = Some(td_string!(locale, mail.invitation_note, count = *days).to_string());
                self.link.clone_from(link);
            }
            Notice::PasswordReset { link, minutes } => {
                self.subject = td_string!(locale, mail.reset_subject).to_string();
                self.paragraphs
                    .push(td_string!(locale, mail.reset_text).to_string());
                self.action = td_string!(locale, mail.reset_action).to_string();
                self.note = Some(td_string!(locale, mail.reset_note, count = *minutes).to_string());
                self.link.clone_from(link);
            }
            Notice::PasswordChanged { link } => {
                self.subject = td_string!(locale, mail.password_changed_subject).to_string();
                self.paragraphs
                    .push(td_string!(locale, mail.password_changed_text).to_string());
                self.action = td_string!(locale, mail.password_changed_action).to_string();
                self.note = Some(td_string!(locale, mail.password_changed_note).to_string());
                self.link.clone_from(link);
            }
            Notice::ReviewRequested {
                campaign,
                unit,
                requested_by,
                recipients,
                definition,
                message,
                link,
            } => {
                self.subject = td_string!(locale, mail.review_subject, campaign = campaign).to_string();
                match definition {
                    None => self.paragraphs.push(
                        td_string!(
                            locale,
                            mail.review_text,
                            count = *recipients,
                            campaign = campaign,
                            unit = unit,
                            person = requested_by
                        )
                        .to_string(),
                    ),
                    Some(it) => {
                        self.paragraphs.push(
                            td_string!(
                                locale,
                                mail.definition_review_text,
                                campaign = campaign,
                                key = it.key.as_str(),
                                unit = unit,
                                person = requested_by
                            )
                            .to_string(),
                        );
                        self.parameters(locale, it);
                    }
                }
                self.quote = written(message);
                self.action = td_string!(locale, mail.review_action).to_string();
                self.link.clone_from(link);
            }
            Notice::ReviewDecided {
                campaign,
                approved,
                decided_by,
                comment,
                definition,
                link,
            } => {
                if *definition {
                    self.definition_decided(locale, campaign, *approved, decided_by);
                } else if *approved {
                    self.subject = td_string!(locale, mail.approved_subject, campaign = campaign).to_string();
                    self.paragraphs.push(
                        td_string!(
                            locale,
                            mail.approved_text,
                            campaign = campaign,
                            person = decided_by
                        )
                        .to_string(),
                    );
                } else {
                    self.subject = td_string!(locale, mail.rejected_subject, campaign = campaign).to_string();
                    self.paragraphs.push(
                        td_string!(
                            locale,
                            mail.rejected_text,
                            campaign = campaign,
                            person = decided_by
                        )
                        .to_string(),
                    );
                }
                self.quote = written(comment);
                self.link.clone_from(link);
            }
            Notice::SendingStopped {
                campaign,
                reason,
                link,
            } => {
                self.subject = td_string!(locale, mail.stopped_subject, campaign = campaign).to_string();
                self.paragraphs
                    .push(td_string!(locale, mail.stopped_text, campaign = campaign).to_string());
                let why = match reason.as_str() {
                    "seal_broken" => td_string!(locale, mail.stopped_seal).to_string(),
                    "sender_domain" => td_string!(locale, mail.stopped_sender).to_string(),
                    "template_error" => td_string!(locale, mail.stopped_template).to_string(),
                    _ => td_string!(locale, mail.stopped_elsewhere).to_string(),
                };
                self.paragraphs.push(why);
                self.link.clone_from(link);
            }
            Notice::WebhookDisabled {
                host,
                unit,
                reason,
                link,
            } => {
                self.subject = td_string!(locale, mail.webhook_subject, host = host).to_string();
                let why = match reason.as_str() {
                    "gone" => td_string!(locale, mail.webhook_gone, host = host, unit = unit).to_string(),
                    _ => td_string!(locale, mail.webhook_failing, host = host, unit = unit).to_string(),
                };
                self.paragraphs.push(why);
                self.paragraphs
                    .push(td_string!(locale, mail.webhook_text).to_string());
                self.action = td_string!(locale, mail.webhook_action).to_string();
                self.link.clone_from(link);
            }
        }
    }

    /// What calls give, and what is different for those who write them.
    fn parameters(&mut self, locale: Locale, it: &DefinitionNotice) {
        let names = |list: &[String]| list.join(", ");
        let mut say = |text: String| self.paragraphs.push(text);
        if it.parameters.is_empty() {
            say(td_string!(locale, mail.definition_no_parameters).to_string());
        } else {
            say(td_string!(locale, mail.definition_parameters, names = names(&it.parameters)).to_string());
        }
        if !it.added.is_empty() {
            say(td_string!(locale, mail.definition_added, names = names(&it.added)).to_string());
        }
        if !it.changed.is_empty() {
            say(td_string!(locale, mail.definition_changed, names = names(&it.changed)).to_string());
        }
        if !it.removed.is_empty() {
            say(td_string!(locale, mail.definition_removed, names = names(&it.removed)).to_string());
        }
    }

    fn definition_decided(&mut self, locale: Locale, name: &str, approved: bool, by: &str) {
        let (subject, text) = if approved {
            (
                td_string!(locale, mail.approved_subject, campaign = name).to_string(),
                td_string!(
                    locale,
                    mail.definition_approved_text,
                    campaign = name,
                    person = by
                )
                .to_string(),
            )
        } else {
            (
                td_string!(locale, mail.rejected_subject, campaign = name).to_string(),
                td_string!(
                    locale,
                    mail.definition_rejected_text,
                    campaign = name,
                    person = by
                )
                .to_string(),
            )
        };
        self.subject = subject;
        self.paragraphs.push(text);
        self.action = td_string!(locale, mail.definition_action).to_string();
    }
}

fn written(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|it| !it.is_empty())
}
