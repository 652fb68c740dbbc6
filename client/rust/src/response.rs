//! What the server computed.

use crate::error::Error;
use crate::method::Method;
use crate::proto::{
    BatchMoments, ComputeAdvantagesRequest, ComputeAdvantagesResponse, GroupStatistics, ReplyForm, Summary, Timings,
    Warning,
};
use crate::{request, wire};

/// The advantages of a batch, and what was computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response {
    /// One per row, in the order of the batch; 0 for masked rows. Empty with `moments_only`.
    pub advantages: Vec<f32>,
    /// The batch in a few numbers, for the training log.
    pub summary: Summary,
    /// Statistics of each group, if asked for.
    pub statistics: Option<GroupStatistics>,
    /// What the caller may not expect.
    pub warnings: Vec<Warning>,
    /// The method as it was applied, every default filled in; `None` where the server leaves it out.
    pub method: Option<Method>,
    /// Version of the numerics that produced these bits.
    pub numerics_version: u32,
    /// The moments that the stages need, over the responses of this call.
    pub batch_moments: Vec<BatchMoments>,
    /// Where the time went on the server.
    pub timings: Timings,
}

impl Response {
    /// What `reply` says, as the answer to `request`.
    pub(crate) fn new(request: &ComputeAdvantagesRequest, reply: ComputeAdvantagesResponse) -> Result<Response, Error> {
        let advantages = match request.reply_form() {
            _ if request.moments_only => Vec::new(),
            ReplyForm::AdvantagesPerGroup => request::expand(request, &reply.advantages_per_group)?,
            _ => wire::read_floats(&reply.advantages_float32_le)?,
        };
        let rows = match request.response_count {
            0 => request.rewards_float32_le.len() / 4,
            count => count as usize,
        };
        if advantages.len() != rows && !request.moments_only {
            return Err(Error::reply(format!("{} advantages for {rows} rewards", advantages.len())));
        }
        Ok(Response {
            advantages,
            summary: reply.summary.unwrap_or_default(),
            statistics: reply.group_statistics,
            warnings: reply.warnings,
            method: reply.method.and_then(|spec| spec.method),
            numerics_version: reply.numerics_version,
            batch_moments: reply.batch_moments,
            timings: reply.timings.unwrap_or_default(),
        })
    }
}
