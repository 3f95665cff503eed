//! What authors may write inside tags, checked on the parsed template before anything is compiled or run.
//!
//! The language is a part of Jinja in which no value can be larger than what went in: output, `if`, `for` over an
//! attribute, comparisons, `and`/`or`/`not`, `+`, `-`, `/`, `~` and our filters. There is no assignment, no macro, no
//! call, no `*`, no `%`: `'x' * 100000000` and `'%0100000000d'|format` allocate in spite of minijinja's fuel, and
//! constants are even folded while compiling.

use crate::problem::ProblemCode;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};
use minijinja::machinery::{Span, parse};
use minijinja::syntax::SyntaxConfig;
use std::collections::BTreeSet;

/// `for` in `for` in `for` is a mistake, and three deep is still a bounded amount of work.
const MAX_LOOPS: usize = 3;

pub(crate) const FILTERS: [&str; 14] = [
    "default",
    "d",
    "title",
    "upper",
    "lower",
    "capitalize",
    "trim",
    "date",
    "number",
    "first",
    "last",
    "join",
    "length",
    "urlencode",
];

/// A variable used in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// `contact.first_name`, `attributes.faculty`, …
    pub path: String,
    /// The template says what happens without it (`default`, `if`, `or`).
    pub guarded: bool,
    pub start: usize,
}

/// Something refused, with the byte in the template and what to say.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub code: ProblemCode,
    pub at: usize,
    pub params: Vec<(&'static str, String)>,
}

/// Which variables there are.
pub(crate) struct Known<'a> {
    pub attributes: Option<&'a [String]>,
}

const CONTACT: [&str; 4] = ["first_name", "last_name", "email", "language"];
const UNIT: [&str; 3] = ["name", "address", "website"];
/// Also handled outside the engine: [`crate::part`] turns them into marks.
pub(crate) const LINKS: [&str; 3] = ["unsubscribe_url", "preferences_url", "view_url"];

pub(crate) struct Checked {
    pub uses: Vec<Use>,
    pub refused: Vec<Refused>,
}

/// Parses and checks a whole template.
pub(crate) fn check(template: &str, known: &Known<'_>) -> Checked {
    let mut checker = Checker {
        known,
        uses: Vec::new(),
        refused: Vec::new(),
        guards: BTreeSet::new(),
        locals: Vec::new(),
    };
    match parse(template, "message", SyntaxConfig::default()) {
        Ok(Stmt::Template(root)) => checker.body(&root.children),
        Ok(_) => {}
        Err(error) => {
            let at = error
                .range()
                .map_or_else(|| line_offset(template, error.line()), |it| it.start);
            let detail = error.detail().unwrap_or_default().to_owned();
            checker.refused.push(Refused {
                code: ProblemCode::Syntax,
                at,
                params: vec![("detail", detail)],
            });
        }
    }
    Checked {
        uses: checker.uses,
        refused: checker.refused,
    }
}

/// Where a line begins, for errors of the lexer, which have no range.
fn line_offset(template: &str, line: Option<usize>) -> usize {
    let skip = line.unwrap_or(1).saturating_sub(1);
    template.split_inclusive('\n').take(skip).map(str::len).sum()
}

struct Checker<'a> {
    known: &'a Known<'a>,
    uses: Vec<Use>,
    refused: Vec<Refused>,
    /// Paths that an enclosing condition asks for.
    guards: BTreeSet<String>,
    locals: Vec<String>,
}

impl Checker<'_> {
    fn refuse(&mut self, code: ProblemCode, span: Span, name: &str) {
        self.refused.push(Refused {
            code,
            at: span.start_offset as usize,
            params: vec![("name", name.to_owned())],
        });
    }

    fn body(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::EmitRaw(_) => {}
            Stmt::EmitExpr(it) => self.expression(&it.expr, false),
            Stmt::IfCond(it) => {
                self.expression(&it.expr, true);
                let outer = self.guards.clone();
                paths(&it.expr, &mut self.guards);
                self.body(&it.true_body);
                // `{% if not x %}…{% else %}{{ x }}`: the name was asked for in both branches.
                self.body(&it.false_body);
                self.guards = outer;
            }
            Stmt::ForLoop(it) => {
                if it.recursive || it.filter_expr.is_some() || self.locals.len() >= MAX_LOOPS {
                    self.refuse(ProblemCode::NotAllowed, it.iter.span(), "for");
                    return;
                }
                let (Expr::Var(target), Some(_)) = (&it.target, path(&it.iter)) else {
                    self.refuse(ProblemCode::NotAllowed, it.iter.span(), "for");
                    return;
                };
                self.expression(&it.iter, false);
                self.locals.push(target.id.to_owned());
                self.body(&it.body);
                self.locals.pop();
                self.body(&it.else_body);
            }
            other => {
                let (span, name) = forbidden(other);
                self.refuse(ProblemCode::NotAllowed, span, name);
            }
        }
    }

    fn variable(&mut self, name: &str, span: Span, guarded: bool) {
        let (root, field) = name.split_once('.').unwrap_or((name, ""));
        if root == "loop" && !self.locals.is_empty() && matches!(field, "index" | "first" | "last" | "length")
        {
            return;
        }
        if self.locals.iter().any(|it| it == root) {
            return;
        }
        let known = match root {
            "contact" => CONTACT.contains(&field),
            "unit" => UNIT.contains(&field),
            "links" => {
                // A link alone in its braces was taken out before; one that is still here is part of an expression.
                let code = ProblemCode::LinkInExpression;
                self.refuse(
                    if LINKS.contains(&field) {
                        code
                    } else {
                        ProblemCode::UndefinedVariable
                    },
                    span,
                    name,
                );
                return;
            }
            "attributes" => {
                !field.is_empty()
                    && self
                        .known
                        .attributes
                        .is_none_or(|it| it.iter().any(|known| known == field))
            }
            _ => false,
        };
        if known {
            let guarded = guarded || self.guards.contains(name);
            let start = span.start_offset as usize;
            self.uses.push(Use {
                path: name.to_owned(),
                guarded,
                start,
            });
            return;
        }
        let suggestion = self.suggestion(root, field);
        self.refuse(ProblemCode::UndefinedVariable, span, name);
        if let (Some(refused), Some(suggestion)) = (self.refused.last_mut(), suggestion) {
            refused.params.push(("suggestion", suggestion));
        }
    }

    /// What was probably meant: the field under another root, or one that is spelled nearly so.
    fn suggestion(&self, root: &str, field: &str) -> Option<String> {
        let wanted = if field.is_empty() { root } else { field };
        let wanted = wanted.to_lowercase();
        let attributes = self.known.attributes.unwrap_or_default();
        let fields = CONTACT
            .iter()
            .map(|it| ("contact", *it))
            .chain(LINKS.iter().map(|it| ("links", *it)))
            .chain(attributes.iter().map(|it| ("attributes", it.as_str())))
            .chain(UNIT.iter().map(|it| ("unit", *it)));
        // A letter in four may be wrong; of several that are as near, the one of the same root, then the first.
        let near = fields.filter_map(|(its_root, it)| {
            let apart = strsim::damerau_levenshtein(&wanted, &it.to_lowercase());
            (apart * 4 <= wanted.chars().count()).then_some((apart, its_root != root, its_root, it))
        });
        let (_, _, root, field) = near.min_by_key(|(apart, other, ..)| (*apart, *other))?;
        Some(format!("{root}.{field}"))
    }

    fn expression(&mut self, expression: &Expr<'_>, guarded: bool) {
        if let Some(name) = path(expression) {
            self.variable(&name, expression.span(), guarded);
            return;
        }
        match expression {
            Expr::Const(_) => {}
            Expr::UnaryOp(it) => self.expression(&it.expr, guarded),
            Expr::BinOp(it) => {
                use BinOpKind::{
                    Add, Concat, Div, Eq, FloorDiv, Gt, Gte, In, Lt, Lte, Mul, Ne, Pow, Rem, ScAnd, ScOr, Sub,
                };
                match it.op {
                    Mul => self.refuse(ProblemCode::NotAllowed, expression.span(), "*"),
                    Pow => self.refuse(ProblemCode::NotAllowed, expression.span(), "**"),
                    Rem => self.refuse(ProblemCode::NotAllowed, expression.span(), "%"),
                    FloorDiv => self.refuse(ProblemCode::NotAllowed, expression.span(), "//"),
                    ScOr | ScAnd => {
                        self.expression(&it.left, true);
                        self.expression(&it.right, guarded);
                    }
                    Eq | Ne | Lt | Lte | Gt | Gte | In => {
                        self.expression(&it.left, true);
                        self.expression(&it.right, true);
                    }
                    Add | Sub | Div | Concat => {
                        self.expression(&it.left, false);
                        self.expression(&it.right, false);
                    }
                }
            }
            Expr::Compare(it) => {
                self.expression(&it.expr, true);
                for operand in &it.ops {
                    self.expression(&operand.expr, true);
                }
            }
            Expr::IfExpr(it) => {
                self.expression(&it.test_expr, true);
                let outer = self.guards.clone();
                paths(&it.test_expr, &mut self.guards);
                self.expression(&it.true_expr, guarded);
                if let Some(other) = &it.false_expr {
                    self.expression(other, guarded);
                }
                self.guards = outer;
            }
            Expr::Filter(it) => {
                if !FILTERS.contains(&it.name) {
                    self.refuse(ProblemCode::UnknownFilter, expression.span(), it.name);
                }
                let guards = matches!(it.name, "default" | "d");
                if let Some(value) = &it.expr {
                    self.expression(value, guarded || guards);
                }
                self.arguments(&it.args, expression.span());
            }
            Expr::Test(it) => {
                if matches!(it.name, "defined" | "undefined") {
                    self.expression(&it.expr, true);
                } else {
                    self.refuse(ProblemCode::NotAllowed, expression.span(), it.name);
                }
                self.arguments(&it.args, expression.span());
            }
            Expr::List(it) => it.items.iter().for_each(|item| self.expression(item, false)),
            Expr::Tuple(it) => it.items.iter().for_each(|item| self.expression(item, false)),
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => {
                self.refuse(ProblemCode::NotAllowed, expression.span(), "[ ]");
            }
            Expr::Slice(_) => self.refuse(ProblemCode::NotAllowed, expression.span(), "[:]"),
            Expr::Call(_) => self.refuse(ProblemCode::NotAllowed, expression.span(), "( )"),
            Expr::Map(_) => self.refuse(ProblemCode::NotAllowed, expression.span(), "{ }"),
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>], span: Span) {
        for argument in arguments {
            match argument {
                CallArg::Pos(it) => self.expression(it, false),
                CallArg::Kwarg(name, _) => self.refuse(ProblemCode::NotAllowed, span, name),
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    self.refuse(ProblemCode::NotAllowed, span, "*");
                }
            }
        }
    }
}

/// `a`, `a.b`, `a["b c"]` as a dotted name.
fn path(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(it) => Some(it.id.to_owned()),
        Expr::GetAttr(it) => {
            let Expr::Var(root) = &it.expr else { return None };
            Some(format!("{}.{}", root.id, it.name))
        }
        Expr::GetItem(it) => {
            let (Expr::Var(root), Expr::Const(key)) = (&it.expr, &it.subscript_expr) else {
                return None;
            };
            Some(format!("{}.{}", root.id, key.value.as_str()?))
        }
        _ => None,
    }
}

/// Every path a condition mentions.
fn paths(expression: &Expr<'_>, found: &mut BTreeSet<String>) {
    if let Some(name) = path(expression) {
        found.insert(name);
        return;
    }
    match expression {
        Expr::UnaryOp(it) => paths(&it.expr, found),
        Expr::BinOp(it) => {
            paths(&it.left, found);
            paths(&it.right, found);
        }
        Expr::Compare(it) => {
            paths(&it.expr, found);
            it.ops.iter().for_each(|operand| paths(&operand.expr, found));
        }
        Expr::Test(it) => paths(&it.expr, found),
        Expr::Filter(it) => {
            if let Some(value) = &it.expr {
                paths(value, found);
            }
        }
        _ => {}
    }
}

fn forbidden(statement: &Stmt<'_>) -> (Span, &'static str) {
    match statement {
        Stmt::WithBlock(it) => (it.span(), "with"),
        Stmt::Set(it) => (it.span(), "set"),
        Stmt::SetBlock(it) => (it.span(), "set"),
        Stmt::AutoEscape(it) => (it.span(), "autoescape"),
        Stmt::FilterBlock(it) => (it.span(), "filter"),
        Stmt::Do(it) => (it.span(), "do"),
        _ => (Span::default(), "template"),
    }
}
