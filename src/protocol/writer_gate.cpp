// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "writer_gate.hpp"

#include "reader_directory.hpp"
#include "server_errors.hpp"

namespace boost {
namespace filelock {
namespace detail {
namespace {

filesystem::path with(filesystem::path const& path, char const* suffix)
{
    return filesystem::path(path.native() + suffix);
}

soft_file_lock_options options_of_state(soft_read_write_lock_options const& options)
{
    soft_file_lock_options state;
    state.permissions = options.permissions.value_or(filesystem::perms(0600));
    state.create_directories = options.create_directories;
    state.where = options.where;
    return state;
}

} // namespace

writer_gate::writer_gate(filesystem::path const& path, soft_read_write_lock_options const& options,
                         access_times const& times)
    : write_path_(with(path, ".write")), good_for_(times.good_for),
      state_(with(path, ".state"), options_of_state(options), times.threshold),
      checker_(times.threshold)
{}

// An unchanged file need not be opened and read again.
system::error_code writer_gate::find(storage rules)
{
    file_facts now;
    if (rules == storage::local && theirs_.file.is_open() && !facts_of(write_path_, now) &&
        is_unchanged(now, theirs_.facts))
        return {};
    return theirs_.look(write_path_);
}

attempt_result writer_gate::look(storage rules)
{
    is_stale_ = is_blocked_by_state_ = false;
    process_ = 0;
    auto ec = find(rules);
    if (is_gone(ec)) {
        theirs_.file.close();
        bool it_is = false;
        // A cache may still report that the name is missing. A directory listing comes from the
        // server.
        ec = rules == storage::local ? system::error_code() : is_listed(write_path_, it_is);
        if (ec)
            return ec;
        return it_is ? attempt_result::busy_for_others() : attempt_result(attempt_result::acquired);
    }
    if (ec)
        return ec;
    auto const v = checker_.check({}, theirs_, marker_site(write_path_, rules));
    if (v.error)
        return v.error;
    is_stale_ = v.is_removable;
    process_ = v.process;
    auto a = attempt_result::busy_for(v.recheck_after);
    a.depends_on_prior_hold = true;
    return a;
}

attempt_result writer_gate::evict(storage rules)
{
    auto const a = look(rules);
    if (!is_stale_)
        return a;
    marker_site const at(write_path_, rules);
    auto const is_removable = [&](found_marker const& found) {
        return checker_.check({}, found, at).is_removable && is_in_state();
    };
    marker_outcome result;
    if (auto const ec = at.evict(theirs_, is_removable, result))
        return ec;
    has_evicted_ = has_evicted_ || result != marker_outcome::right_taken;
    return result == marker_outcome::right_taken ? attempt_result::retry_after(removal_backoff)
                                                 : look(rules);
}

attempt_result writer_gate::enter(storage rules)
{
    auto const a = look(rules);
    return is_stale_ ? in_state([&] { return evict(rules); }) : a;
}

watch_target writer_gate::to_watch() const noexcept
{
    if (is_blocked_by_state_)
        return state_.to_watch();
    if (!theirs_.file.is_open())
        return {};
    return {&theirs_.file, theirs_.facts.identity, watch_kind::marker, process_};
}

system::error_code writer_gate::stop_waiting() noexcept
{
    theirs_.file.close();
    auto const ec = finish_leaving();
    auto const failed = state_.withdraw();
    return ec ? ec : failed;
}

} // namespace detail
} // namespace filelock
} // namespace boost
