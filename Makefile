# Calls scripts and xtask, and does nothing itself. CONTRIBUTING.md explains the inner loop.
.PHONY: demo test bench bootstrap release check watch fmt lint unit browser dev-db sqlx

## The demo on http://127.0.0.1:3000: gets what is missing, builds, seeds, serves
demo:
	@scripts/demo.sh

## Every test; gets what is missing
test:
	@scripts/test.sh

## Benchmarks (ONLY=send: those that begin so)
bench:
	@scripts/bench.sh $(ONLY)

bootstrap:
	@scripts/bootstrap.sh test

release:
	@SQLX_OFFLINE=true cargo xtask build --release

## Does it compile? (seconds)
check:
	@SQLX_OFFLINE=true cargo check --quiet --workspace --exclude frontend --all-targets

## Checks again whenever a source changes (CMD=…: another command)
watch:
	@scripts/watch.sh $(CMD)

fmt:
	@cargo fmt --all

lint:
	@cargo fmt --all --check
	@SQLX_OFFLINE=true cargo clippy --workspace --exclude frontend --all-targets -- -D warnings

## Tests in Rust only: make unit T="-p campanile-domain contacts"
unit:
	@SQLX_OFFLINE=true scripts/with-postgres.sh cargo test $(T)

## Browser tests only
browser:
	@scripts/test.sh browser

## A development database with the schema, and .env that points at it
dev-db:
	@scripts/dev-db.sh

## Regenerates .sqlx after queries or migrations have changed
sqlx:
	@cargo xtask sqlx
