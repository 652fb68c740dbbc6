//! Tries again what another try may save, within the deadline. tonic does none of this itself.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::Error;
use crate::status::Failure;

const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// How often, and who is asked.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// What errors call those who were asked.
    pub(crate) target: String,
    /// Attempts in all of a call whose connection is lost.
    pub(crate) attempts: u32,
    /// Whether a connection is waited for until the deadline.
    pub(crate) wait_for_ready: bool,
}

/// When a call ends, whatever happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) length: Duration,
}

impl Deadline {
    pub(crate) fn after(length: Duration) -> Deadline {
        let now = Instant::now();
        // A deadline of more than a century is none.
        let far = now + Duration::from_secs(100 * 366 * 24 * 3600);
        Deadline { at: now.checked_add(length).unwrap_or(far).min(far), length }
    }
}

/// Doubled with each wait, and within a fifth of that: clients that lost one server do not come back as one.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Backoff {
        Backoff(FIRST_BACKOFF)
    }

    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.0.mul_f64(0.8 + 0.4 * fastrand::f64());
        self.0 = (2 * self.0).min(LONGEST_BACKOFF);
        wait
    }
}

/// What was tried so far, and what that leads to.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    policy: &'a Policy,
    /// Attempts that the server may have computed.
    pub(crate) lost: u32,
    // Attempts without a connection, as far as they count.
    unconnected: u32,
    backoff: Backoff,
    last: Option<String>,
}

impl<'a> Schedule<'a> {
    pub(crate) fn new(policy: &'a Policy) -> Schedule<'a> {
        Schedule { policy, lost: 0, unconnected: 0, backoff: Backoff::new(), last: None }
    }

    /// Waits as long as this failure asks for, or says why there is to be no other attempt.
    pub(crate) async fn pause(&mut self, failure: Failure, deadline: Deadline) -> Result<(), Error> {
        let attempts = self.lost + self.unconnected + 1;
        let (wait, reason) = match failure {
            Failure::Final(error) => return Err(error),
            Failure::Late => return Err(self.late(deadline)),
            Failure::Refused { retry_after, message } => {
                let wait = retry_after.mul_f64(1.0 + 0.2 * fastrand::f64());
                if Instant::now() + wait >= deadline.at {
                    let target = self.policy.target.clone();
                    return Err(Error::Refused { target, retry_after, message });
                }
                (wait, message)
            }
            Failure::NoConnection(reason) => {
                let reason = format!("no connection: {reason}");
                if !self.policy.wait_for_ready {
                    self.unconnected += 1;
                    self.check_attempts(attempts, &reason)?;
                }
                (self.backoff.next(), reason)
            }
            Failure::Lost(reason) => {
                self.lost += 1;
                self.check_attempts(attempts, &reason)?;
                (self.backoff.next(), reason)
            }
        };
        self.last = Some(reason);
        if Instant::now() + wait >= deadline.at {
            sleep_until(deadline.at).await;
            return Err(self.late(deadline));
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// The deadline passed.
    pub(crate) fn late(&mut self, deadline: Deadline) -> Error {
        let last = self.last.take();
        Error::DeadlineExceeded { target: self.policy.target.clone(), deadline: deadline.length, last }
    }

    fn check_attempts(&self, attempts: u32, reason: &str) -> Result<(), Error> {
        if attempts < self.policy.attempts {
            return Ok(());
        }
        let (target, message) = (self.policy.target.clone(), reason.to_owned());
        Err(Error::Unavailable { target, attempts, message })
    }
}

/// Calls `attempt` until it succeeds, fails for good, or the deadline passes. Its argument is how many attempts before
/// it may have been computed.
pub(crate) async fn call<T, F, Fut>(policy: &Policy, deadline: Deadline, mut attempt: F) -> Result<T, Error>
where
    F: FnMut(u32) -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let mut schedule = Schedule::new(policy);
    loop {
        match timeout_at(deadline.at, attempt(schedule.lost)).await {
            Err(_) => return Err(schedule.late(deadline)),
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) => schedule.pause(failure, deadline).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::collections::VecDeque;

    fn policy(wait_for_ready: bool) -> Policy {
        Policy { target: "http://a:1".to_owned(), attempts: 5, wait_for_ready }
    }

    fn lost() -> Failure {
        Failure::Lost("reset".to_owned())
    }

    fn no_connection() -> Failure {
        Failure::NoConnection("refused".to_owned())
    }

    fn refused(milliseconds: u64) -> Failure {
        let retry_after = Duration::from_millis(milliseconds);
        Failure::Refused { retry_after, message: "full".to_owned() }
    }

    /// The result of a call of 10 s whose attempts fail like this and then succeed; when each began, in seconds, and
    /// how many before it may have been computed.
    async fn run(policy: &Policy, failures: impl IntoIterator<Item = Failure>) -> (Result<(), Error>, Vec<(f64, u32)>) {
        let failures = RefCell::new(failures.into_iter().collect::<VecDeque<_>>());
        let tries = RefCell::new(Vec::new());
        let start = Instant::now();
        let result = call(policy, Deadline::after(Duration::from_secs(10)), |previous| {
            tries.borrow_mut().push((start.elapsed().as_secs_f64(), previous));
            let failure = failures.borrow_mut().pop_front();
            async { failure.map_or(Ok(()), Err) }
        })
        .await;
        (result, tries.into_inner())
    }

    fn waits(tries: &[(f64, u32)]) -> Vec<f64> {
        tries.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    }

    #[track_caller]
    fn assert_within_a_fifth(waits: &[f64], expected: &[f64]) {
        assert_eq!(waits.len(), expected.len(), "{waits:?}");
        for (wait, expected) in waits.iter().zip(expected) {
            // A millisecond more: timers of the runtime have no finer ticks.
            let near = 0.8 * expected..=1.2 * expected + 0.002;
            assert!(near.contains(wait), "{waits:?} are not about {expected}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_call_is_tried_five_times_with_doubled_waits() {
        let (result, tries) = run(&policy(true), (0..5).map(|_| lost())).await;
        let expected = Error::Unavailable { target: "http://a:1".to_owned(), attempts: 5, message: "reset".to_owned() };
        assert_eq!(result, Err(expected));
        assert_within_a_fifth(&waits(&tries), &[0.1, 0.2, 0.4, 0.8]);
        let previous: Vec<u32> = tries.iter().map(|attempt| attempt.1).collect();
        assert_eq!(previous, [0, 1, 2, 3, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_attempt_may_succeed() {
        let (result, tries) = run(&policy(true), (0..4).map(|_| lost())).await;
        assert_eq!((result, tries.len()), (Ok(()), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_waited_for_and_nothing_counts_as_computed() {
        let (result, tries) = run(&policy(true), (0..9).map(|_| no_connection())).await;
        assert_eq!(result, Ok(()));
        assert_within_a_fifth(&waits(&tries), &[0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert!(tries.iter().all(|attempt| attempt.1 == 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_without_connection_says_for_how_long_and_why() {
        let start = Instant::now();
        let (result, _) = run(&policy(true), (0..99).map(|_| no_connection())).await;
        let text = result.unwrap_err().to_string();
        assert_eq!(text, "no answer from http://a:1 within 10.000 s; last: no connection: refused");
        assert!((10.0..10.01).contains(&start.elapsed().as_secs_f64()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_waiting_for_ready_no_connection_is_an_error_after_the_attempts() {
        let failures = [no_connection(), lost(), no_connection(), lost(), no_connection()];
        let (result, tries) = run(&policy(false), failures).await;
        assert!(matches!(result, Err(Error::Unavailable { attempts: 5, .. })), "{result:?}");
        let previous: Vec<u32> = tries.iter().map(|attempt| attempt.1).collect();
        assert_eq!(previous, [0, 0, 1, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_waited_out_as_often_as_the_deadline_allows() {
        let (result, tries) = run(&policy(true), (0..20).map(|_| refused(300))).await;
        assert_eq!(result, Ok(()));
        assert!(tries.iter().all(|attempt| attempt.1 == 0), "nothing was computed");
        for wait in waits(&tries) {
            assert!((0.3..0.362).contains(&wait), "{wait}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_beyond_the_deadline_is_the_error_at_once() {
        let start = Instant::now();
        let (result, tries) = run(&policy(true), [refused(4000), refused(7000)]).await;
        let retry_after = Duration::from_secs(7);
        assert!(matches!(result, Err(Error::Refused { retry_after: r, .. }) if r == retry_after));
        assert_eq!(tries.len(), 2);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_never_ends_is_ended_by_the_deadline() {
        let deadline = Deadline::after(Duration::from_secs(3));
        let start = Instant::now();
        let result = call(&policy(true), deadline, |_| std::future::pending::<Result<(), _>>()).await;
        assert_eq!(result.unwrap_err().to_string(), "no answer from http://a:1 within 3.000 s");
        assert!((3.0..3.01).contains(&start.elapsed().as_secs_f64()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_would_fail_again_is_not_tried_again() {
        let error = Error::invalid("rewards", "empty");
        let (result, tries) = run(&policy(true), [Failure::Final(error.clone())]).await;
        assert_eq!((result, tries.len()), (Err(error), 1));
        let (result, tries) = run(&policy(true), [Failure::Late]).await;
        assert!(matches!(result, Err(Error::DeadlineExceeded { last: None, .. })));
        assert_eq!(tries.len(), 1);
    }
}
