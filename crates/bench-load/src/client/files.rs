//! How many connections this process may have.

/// Raises the limit of open files as far as the system lets this process; what more is refused shows as
/// requests without connection.
pub(super) fn raise_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // the old limit stays where the system refuses
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
}
