//! Every domain function on a real PostgreSQL: a module an area. One binary, so that it links once.

mod access;
mod campaigns;
mod definitions;
mod dispatch;
mod identity;
mod messages;
mod queue;
mod seed;
mod sending;
mod webhooks;
