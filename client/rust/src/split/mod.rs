//! A batch that is too large for one call, in parts: cut between groups, computed one after the other, and put together
//! as if it had been one call.

mod merge;
mod part;
mod plan;
mod relocate;

use std::future::Future;

use crate::batch::Batch;
use crate::error::Error;
use crate::method::Method;
use crate::proto::{BatchMoments, ComputeAdvantagesRequest};
use crate::request;
use crate::response::Response;
use crate::stage::moments_needed;
use part::Part;

/// What a server takes in one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) rows: usize,
}

/// Computes `batch` by calls of `send`, each with a part.
pub(crate) async fn compute<S, Fut>(
    batch: &Batch<'_>,
    method: &Method,
    limits: Limits,
    send: S,
) -> Result<Response, Error>
where
    S: Fn(ComputeAdvantagesRequest) -> Fut,
    Fut: Future<Output = Result<Response, Error>>,
{
    let parts = plan::plan(batch, method, limits)?;
    let run = Run { batch, method, parts, send };
    if batch.moments_only {
        return run.round(&batch.batch_moments, true).await;
    }
    let moments = run.merged_moments().await?;
    run.round(&moments, false).await
}

struct Run<'a, S> {
    batch: &'a Batch<'a>,
    method: &'a Method,
    parts: Vec<Part>,
    send: S,
}

impl<S, Fut> Run<'_, S>
where
    S: Fn(ComputeAdvantagesRequest) -> Fut,
    Fut: Future<Output = Result<Response, Error>>,
{
    /// The moments of the whole batch that its stages need: those the caller brought, or a round for each, since the
    /// values that later ones are moments of depend on those before.
    async fn merged_moments(&self) -> Result<Vec<BatchMoments>, Error> {
        let mut known = self.batch.batch_moments.clone();
        if !known.is_empty() {
            return Ok(known);
        }
        while known.len() < moments_needed(&self.batch.stages) {
            let merged = self.round(&known, true).await?.batch_moments;
            match merged.get(known.len()) {
                Some(moments) if moments.weight > 0.0 => known.push(*moments),
                // Nothing in the whole batch has weight, so parts by themselves are treated as it would be.
                _ => return Ok(Vec::new()),
            }
        }
        Ok(known)
    }

    async fn round(&self, moments: &[BatchMoments], moments_only: bool) -> Result<Response, Error> {
        let rows = if moments_only { 0 } else { self.batch.rewards.len() };
        let mut whole = None;
        for part in &self.parts {
            let request = self.request(part, moments, moments_only);
            let response = (self.send)(request).await;
            let response = response.map_err(|error| relocate::relocate(error, part, self.batch))?;
            let mut advantages = match &mut whole {
                None => vec![0.0; rows],
                Some(Response { advantages, .. }) => std::mem::take(advantages),
            };
            for (&row, &advantage) in part.rows.iter().zip(&response.advantages) {
                advantages[row as usize] = advantage;
            }
            let mut merged = match whole {
                None => response,
                Some(before) => merge::merge(before, response)?,
            };
            merged.advantages = advantages;
            whole = Some(merged);
        }
        whole.ok_or_else(|| Error::reply("a batch of no parts"))
    }
    fn request(&self, part: &Part, moments: &[BatchMoments], moments_only: bool) -> ComputeAdvantagesRequest {
        let arrays = part.gather(self.batch);
        let batch = arrays.batch(self.batch).batch_moments(moments).moments_only(moments_only);
        request::unchecked(&batch, self.method)
    }
}
