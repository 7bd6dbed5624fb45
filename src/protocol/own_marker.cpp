// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "own_marker.hpp"

#include "../platform/clock.hpp"
#include "../platform/kernel_lock.hpp"
#include "removal_right.hpp"
#include "server_errors.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <exception>
#include <new>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;

constexpr auto marker_litter_age = 60s;
constexpr auto longest_wait_for_right = 100ms; // of a release
constexpr auto longest_wait_for_handle = 2s;   // GlusterFS reports ESTALE for a second

// Before a marker on network storage is believed to be gone: the result of one look may come from a
// cache, or from a server that is being restarted.
constexpr int most_looks = 3;

} // namespace

own_marker::~own_marker()
{
    if (withdraw())
        abandon();
}

// On local storage an inode number is not reused while this process has the file open. On network
// storage it may be (NFS 3), or be a number of the path (sshfs), or change when a server fails
// over; and lstat(2) may report a state that is seconds old, while open(2) asks the server. So the
// text decides there. Markers of this process with the same text are told apart by their times, and
// by which one was published last.
bool own_marker::is_own(found_marker const& found) const noexcept
{
    if (found.text != text_)
        return false;
    if (text_.empty()) // it is not written yet
        return found.facts.identity == facts_.identity && found.facts.modified == facts_.modified;
    bool const is_as_old = !is_time_known_ || found.facts.modified == facts_.modified;
    return site_.policy().has_token || (is_as_old && !publisher_.is_superseded());
}

// ESTALE may pass.
system::error_code own_marker::look(marker_state& result) const noexcept
try {
    bool it_is = false;
    system::error_code ec;
    if (is_local_) {
        file_facts named;
        ec = seen_at_.empty() ? facts_of(site_.path(), named) : facts_of(seen_at_, named);
        it_is = named.identity == facts_.identity;
        if (ec == errc::not_a_directory && !seen_at_.empty())
            ec = make_error_code(errc::no_such_file_or_directory);
    } else {
        found_marker named;
        for (int i = 0; i < most_looks && !it_is; ++i) {
            ec = named.look(site_.path());
            it_is = !ec && is_own(named);
        }
        if (ec == error::not_a_lock_file)
            ec.clear();
    }
    result = ec ? marker_state::missing : it_is ? marker_state::intact : marker_state::replaced;
    return ec == errc::no_such_file_or_directory ? system::error_code() : ec;
} catch (std::bad_alloc const&) {
    return make_error_code(errc::not_enough_memory);
}

system::error_code own_marker::names_own(bool& it_does) const noexcept
{
    auto result = marker_state::missing;
    auto const ec = look(result);
    it_does = !ec && result == marker_state::intact;
    return is_missing(ec) ? system::error_code() : ec;
}

// Records the time as the server reports it from now on: what the descriptor reported may have been
// this machine's guess.
system::error_code own_marker::confirm(bool& it_is)
{
    found_marker named;
    system::error_code ec;
    it_is = false;
    for (int i = 0; i < most_looks && !it_is; ++i) {
        ec = named.look(site_.path());
        it_is = !ec && named.text == text_ && !publisher_.is_superseded();
    }
    if (it_is)
        facts_.modified = named.facts.modified;
    return is_missing(ec) || ec == error::not_a_lock_file ? system::error_code() : ec;
}

// Some FUSE servers know an open file by its name alone, and lose it.
system::error_code own_marker::identify_file(std::string const& text)
{
    facts_ = {};
    text_.clear();
    text_.reserve(text.size());
    file_facts facts;
    std::uint64_t mount = 0;
    auto ec = facts_of(file_, facts, mount);
    is_local_ = storage_.is_local(site_.where(), file_, mount);
    if (ec)
        return ec;
    if (facts.identity == file_identity())
        return make_error_code(errc::io_error);
    facts_ = facts;
    ec = is_local_ ? take_witness(file_.native()) : system::error_code();
    if (!ec)
        return ec;
    bool const is_lacking =
        ec == error::kernel_lock_not_supported || ec == errc::operation_not_permitted; // a sandbox
    return is_lacking ? error::witness_not_supported : ec;
}

system::error_code own_marker::fill(std::string const& text)
{
    auto ec = write_all(file_, text);
    if (!ec && !is_local_)
        ec = flush(file_); // other hosts find it empty until this machine writes it back
    if (!is_local_) {
        // The marker is recognised even if it is given up now, or was written in part.
        auto const failed = ask_twice([&] { return facts_of(file_, facts_); });
        is_time_known_ = !failed;
        text_.assign(text, 0, ec && !failed ? facts_.size : text.size()); // within the capacity
        if (!ec)
            ec = failed;
    } else {
        text_ = text; // within the capacity
    }
    bool const is_as_wished = !permissions_ || *permissions_ == facts_.permissions;
    return ec || is_as_wished ? ec : set_permissions(file_, *permissions_); // whatever the umask
}

// A server reports ESTALE for what is written to a removed file, or an NFS client EIO.
system::error_code own_marker::fill(std::string const& text, path_ref path)
{
    auto const ec = fill(text);
    if (!ec || is_local_)
        return ec;
    found_marker now;
    auto const missing = now.look(path);
    bool const is_ours =
        now.facts.identity == facts_.identity && text.compare(0, now.text.size(), now.text) == 0;
    bool const is_evicted =
        missing ? is_missing(missing) || missing == error::not_a_lock_file : !is_ours;
    return is_evicted ? make_error_code(errc::no_such_file_or_directory) : ec;
}

// Where the name is taken, sshfs may return EPERM instead of EEXIST; GlusterFS may return ESTALE
// for a second after the name was removed.
system::error_code own_marker::create(path_ref path)
{
    constexpr int max_tries = 10;
    auto ec = file_.create(path, permissions_);
    for (int i = 1; i < max_tries && (ec == errc::operation_not_permitted || is_server_lost(ec));
         ++i) {
        file_facts found;
        if (ec == errc::operation_not_permitted && !facts_of(path, found))
            return make_error_code(errc::file_exists);
        ec = file_.create(path, permissions_);
    }
    return ec;
}

system::error_code own_marker::refresh(std::chrono::nanoseconds until,
                                       marker_state& result) const noexcept
{
    removal_right right(file_);
    auto ec = is_local_ ? right.try_to_take() : system::error_code();
    if (ec == error::kernel_lock_not_supported)
        ec.clear(); // no other process has it either
    if (!ec)
        ec = look(result);
    if (ec || result != marker_state::intact)
        return ec;
    ec = stamp(file_);
    if (!ec)
        ec = look(result);
    // This process may have been stopped on the way, and others may have judged the marker by its
    // former stamp.
    if (!ec && result == marker_state::intact && time_since_boot() > until)
        result = marker_state::expired;
    return ec;
}

bool own_marker::is_in_place(system::error_code& ec) const noexcept
{
    bool it_does = false;
    if (is_published())
        ec = names_own(it_does);
    return it_does;
}

system::error_code own_marker::remove_own(bool (*may_go)(void const*),
                                          void const* whom) const noexcept
{
    auto now = marker_state::missing;
    auto ec = look(now);
    if (is_local_ && is_missing(ec))
        ec.clear();
    if (ec || now != marker_state::intact)
        return ec;
    return !may_go || may_go(whom) ? site_.unlink_path()
                                   : make_error_code(errc::operation_would_block);
}

system::error_code own_marker::withdraw(bool (*may_go)(void const*), void const* whom) noexcept
{
    if (!is_published())
        return {};
    if (is_local_ && !site_.policy().unique_name)
        return withdraw_under_right(may_go, whom);
    // On local storage no other marker can have a unique name.
    auto ec = is_local_ ? site_.unlink_path() : remove_own(may_go, whom);
    if (is_stale(ec) && !is_refused_for(longest_wait_for_handle))
        ec = make_error_code(errc::operation_would_block);
    if (!ec)
        leave();
    return ec; // after an error it may still be there
}

system::error_code own_marker::withdraw_under_right(bool (*may_go)(void const*),
                                                    void const* whom) noexcept
{
    system::error_code ec;
    {
        removal_right right(file_);
        ec = right.try_to_take();
        if (ec == error::kernel_lock_not_supported)
            ec.clear(); // no other process has it either
        if (ec == errc::bad_file_descriptor)
            return withdraw_closed();
        if (ec == errc::operation_would_block) {
            if (!is_refused_for(longest_wait_for_right))
                return ec;
            // A process was stopped while it had the right. When it continues it may act on its
            // former judgement, and finds a marker without an owner.
            ec = empty();
            if (ec)
                return ec;
            ec = make_error_code(errc::timed_out);
        } else {
            if (!ec)
                ec = remove_own(may_go, whom);
            if (ec)
                return ec; // it is still there
        }
    }
    abandon();
    return ec;
}

// The program has closed the descriptor, as closefrom(3) does, and the witness went with it. So a
// marker with a witness is another hold's. The descriptor is closed first: its number may be given
// to a file that is opened here.
system::error_code own_marker::withdraw_closed() noexcept
try {
    leave();
    found_marker found;
    auto ec = found.look(site_.path());
    if (!ec && found.facts.identity == facts_.identity && found.text == text_ &&
        !is_witnessed(found))
        ec = site_.remove(found);
    return is_missing(ec) || ec == error::not_a_lock_file ? system::error_code() : ec;
} catch (std::bad_alloc const&) {
    return make_error_code(errc::not_enough_memory);
}

bool own_marker::is_refused_for(std::chrono::nanoseconds limit) noexcept
{
    auto const now = std::chrono::steady_clock::now();
    if (!refused_since_)
        refused_since_ = now;
    return now - *refused_since_ >= limit;
}

// Another process may just have moved the marker to a temporary name, and may restore it; or the
// look at the path was wrong. On network storage no process restores it, and the descriptor may
// lead to another process' marker.
void own_marker::abandon() noexcept
{
    if (is_local_ && site_.policy().unique_name)
        (void)remove_name(site_.path());
    else if (is_local_)
        (void)empty();
    leave();
}

// A program may have closed this descriptor by mistake, and have opened a file of its own under its
// number: nothing but the marker is truncated.
system::error_code own_marker::empty() noexcept
{
    file_facts now;
    if (auto const ec = facts_of(file_, now))
        return ec;
    bool const is_full = now.identity == facts_.identity && now.has_name && now.size != 0;
    return is_full ? truncate(file_) : system::error_code();
}

void own_marker::remove_litter() const noexcept
try {
    auto const remove = [this](anchored_path const& name, found_marker const& left) {
        bool const is_old = facts_.modified - left.facts.changed > marker_litter_age;
        // There are no witnesses on network storage.
        if (left.file.is_open() && is_old && (!is_local_ || !is_witnessed(left)))
            (void)remove_name(name);
    };
    (void)site_.for_temporary_names(remove);
} catch (std::exception const&) {
    // Another process will remove it.
}

} // namespace detail
} // namespace filelock
} // namespace boost
