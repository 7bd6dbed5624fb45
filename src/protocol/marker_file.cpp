// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_file.hpp"

#include "../platform/clock.hpp"
#include "../platform/kernel_lock.hpp"
#include "../platform/process.hpp"
#include "../platform/storage.hpp"
#include "access_marker.hpp"
#include "marker_record.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;

constexpr auto marker_litter_age = 60s;
constexpr auto boot_margin = 60s; // by which the clocks of two machines may drift apart
constexpr auto longest_wait_for_right = 100ms; // of a release
constexpr auto longest_wait_for_handle = 2s;   // GlusterFS reports ESTALE for a second

/// The right of removal, from a try that worked to the end of the scope.
class removal_right
{
public:
    explicit removal_right(descriptor const& file) noexcept : file_(file) {}
    removal_right(removal_right const&) = delete;
    removal_right& operator=(removal_right const&) = delete;
    ~removal_right()
    {
        if (is_held_)
            (void)kernel_unlock(file_.native(), kernel_lock::flock);
    }

    /// `operation_would_block` where somebody else has it.
    system::error_code try_to_take() noexcept
    {
        auto const ec = try_kernel_lock(file_.native(), kernel_lock::flock, lock_mode::exclusive);
        is_held_ = !ec;
        return ec;
    }

private:
    descriptor const& file_;
    bool is_held_ = false;
};

bool may_be_a_marker(std::string const& text)
{
    return read_marker(text).kind != marker_content::foreign ||
           read_access(text).kind != access_content::foreign;
}

bool is_witnessed(found_marker const& found) noexcept
{
    bool has_one = true;
    return has_witness(found.file.native(), has_one) || has_one;
}

// What a server says that has lost what is asked for, or does so for a moment.
bool is_stale(system::error_code const& ec) noexcept
{
    return is_server_lost(ec) && ec != errc::not_connected;
}

/// Asks once more where the server had lost what was asked for, which may pass.
template <class F>
system::error_code ask_twice(F const& ask)
{
    auto const ec = ask();
    return is_stale(ec) ? ask() : ec;
}

// Of a path. ENOTCONN is no such answer: nobody knows what it names.
bool is_missing(system::error_code const& ec) noexcept
{
    return ec == errc::no_such_file_or_directory || is_stale(ec);
}

// Of making a file: what would be no better with another way of making it.
bool is_final(system::error_code const& ec) noexcept
{
    return ec == errc::read_only_file_system || ec == errc::too_many_files_open ||
           ec == errc::too_many_files_open_in_system || is_out_of_space(ec);
}

// Before a marker of ours on network storage is believed to be gone: an answer out of a cache, or
// from a server that is being restarted, may be wrong.
constexpr int most_looks = 3;

// Or refused by a sandbox. Where the files' permissions are the reason, it is the same of the call
// that comes instead.
bool is_not_supported(system::error_code const& ec) noexcept
{
    return ec == errc::invalid_argument || ec == errc::function_not_supported ||
           ec == errc::not_supported || ec == errc::operation_not_supported ||
           ec == errc::operation_not_permitted || ec == errc::permission_denied;
}

} // namespace

system::error_code found_marker::look(filesystem::path const& path)
{
    file.close();
    text.clear();
    auto ec = facts_of(path, facts);
    if (ec)
        return ec;
    if (!facts.is_regular)
        return error::not_a_lock_file;
    ec = file.open_existing(path);
    if (ec == errc::permission_denied || ec == errc::operation_not_permitted ||
        ec == errc::operation_would_block) // a lease of the kernel (fcntl(2), F_SETLEASE)
        return {};                         // somebody's, who lets nobody read it
    if (ec == errc::too_many_symbolic_link_levels || ec == errc::no_such_device_or_address)
        return error::not_a_lock_file; // it has become a link or a socket
    return ec ? ec : look_again();
}

system::error_code found_marker::look_again()
{
    if (auto const ec = facts_of(file, facts))
        return ec;
    if (facts.identity == file_identity()) // it was removed meanwhile
        return make_error_code(errc::no_such_file_or_directory);
    if (!facts.is_regular || facts.size > longest_record)
        return error::not_a_lock_file;
    return read_all(file, longest_record, text);
}

bool is_same(found_marker const& a, found_marker const& b) noexcept
{
    return a.facts.identity == b.facts.identity && a.facts.modified == b.facts.modified &&
           a.text == b.text;
}

bool marker_file::is_local(descriptor const& file) const noexcept
{
    bool is_local = where_ == storage::local;
    if (where_ == storage::detect && is_on_local_storage(file, is_local))
        return false;
    return is_local;
}

system::error_code marker_file::names(file_identity const& identity, bool& it_does) const noexcept
{
    it_does = false;
    file_facts named;
    auto const ec = facts_of(path_, named);
    if (ec)
        return is_missing(ec) ? system::error_code() : ec;
    it_does = named.identity == identity;
    return {};
}

// On local storage an inode number is nobody else's while we have the file open. On network storage
// it may be (NFS 3), or be a number of the path (sshfs), or become another one when a server fails
// over; and what `lstat` says may be seconds old, while an open asks the server. So the text
// decides there. Locks of this process that share a record are told apart by time and by who came
// last.
bool marker_file::is_ours(found_marker const& found) const noexcept
{
    if (found.text != text_)
        return false;
    if (text_.empty()) // it is not written yet
        return found.facts.identity == facts_.identity && found.facts.modified == facts_.modified;
    bool const is_as_old = !is_time_known_ || found.facts.modified == facts_.modified;
    return policy_.has_token || (is_as_old && !publisher_.is_superseded());
}

// ESTALE may pass.
system::error_code marker_file::state_of_ours(marker_state& result) const noexcept
try {
    bool it_is = false;
    system::error_code ec;
    if (is_local_) {
        file_facts named;
        ec = facts_of(path_, named);
        it_is = named.identity == facts_.identity;
    } else {
        found_marker named;
        for (int i = 0; i < most_looks && !it_is; ++i) {
            ec = named.look(path_);
            it_is = !ec && is_ours(named);
        }
        if (ec == error::not_a_lock_file)
            ec.clear();
    }
    result = ec ? marker_state::missing : it_is ? marker_state::intact : marker_state::replaced;
    return ec == errc::no_such_file_or_directory ? system::error_code() : ec;
} catch (std::bad_alloc const&) {
    return make_error_code(errc::not_enough_memory);
}

system::error_code marker_file::names_ours(bool& it_does) const noexcept
{
    auto result = marker_state::missing;
    auto const ec = state_of_ours(result);
    it_does = !ec && result == marker_state::intact;
    return is_missing(ec) ? system::error_code() : ec;
}

// The last step of making a marker on network storage. The time is taken as the server tells it
// from now on: what the descriptor says may be this machine's guess.
system::error_code marker_file::confirm(outcome& result)
{
    found_marker named;
    system::error_code ec;
    bool it_is = false;
    for (int i = 0; i < most_looks && !it_is; ++i) {
        ec = named.look(path_);
        it_is = !ec && named.text == text_ && !publisher_.is_superseded();
    }
    result = it_is ? outcome::published : outcome::retry;
    if (it_is)
        facts_.modified = named.facts.modified;
    return is_missing(ec) || ec == error::not_a_lock_file ? system::error_code() : ec;
}

// Takes note of which file ours is. Some FUSE servers know an open file by its name alone, and lose
// it.
system::error_code marker_file::know_file(std::string const& text)
{
    is_local_ = is_local(file_);
    facts_ = {};
    text_.clear();
    if (!is_local_)
        text_.reserve(text.size());
    file_facts facts;
    if (auto const ec = facts_of(file_, facts))
        return ec;
    if (facts.identity == file_identity())
        return make_error_code(errc::io_error);
    facts_ = facts;
    auto const ec = is_local_ ? take_witness(file_.native()) : system::error_code();
    bool const is_lacking =
        ec == error::kernel_lock_not_supported || ec == errc::operation_not_permitted; // a sandbox
    return is_lacking ? error::witness_not_supported : ec;
}

// A whole marker without a name: what others see of it is whole.
system::error_code marker_file::draft(std::string const& text)
{
    auto ec = file_.open_unnamed(path_.parent_path(), permissions_);
    if (ec)
        return ec;
    ec = know_file(text);
    if (!ec && !is_local_ && !policy_.has_token)
        publisher_.prepare(path_);
    made_ = time_since_boot();
    if (!ec)
        ec = fill(text);
    if (ec)
        leave();
    return ec;
}

system::error_code marker_file::fill(std::string const& text)
{
    auto ec = write_all(file_, text);
    if (!ec && !is_local_)
        ec = flush(file_); // or others find it empty until this machine writes it back
    if (!is_local_) {
        // So that it is known for ours even if it is given up now, or was written in part.
        auto const failed = ask_twice([&] { return facts_of(file_, facts_); });
        is_time_known_ = !failed;
        text_.assign(text, 0, ec && !failed ? facts_.size : text.size()); // there is room for it
        if (!ec)
            ec = failed;
    }
    bool const is_as_wished = !permissions_ || *permissions_ == facts_.permissions;
    return ec || is_as_wished ? ec : set_permissions(file_, *permissions_); // whatever the umask
}

system::error_code marker_file::publish(std::string const& text, outcome& result)
{
    result = outcome::published;
    auto ec = draft(text);
    if (!ec) {
        {
            auto const naming = publisher_.lock();
            ec = give_name(file_, path_);
            if (!ec)
                publisher_.begin();
        }
        if (!ec) {
            ec = enter(result);
            if (ec || result != outcome::retry || !is_slow_)
                return ec;
        } else {
            leave();
        }
        if (ec == errc::file_exists) {
            result = outcome::taken;
            return {};
        }
    }
    if (is_final(ec))
        return ec;
    if (!is_slow_) {
        ec = make_in_place(text, result);
        if (ec || result != outcome::retry || !is_slow_)
            return ec;
    }
    bool is_refused = false;
    ec = link_whole(text, result, is_refused);
    return is_refused ? make_in_place(text, result) : ec;
}

// The path names it. But a process that was stopped on the way must not begin with a marker that is
// old: its age counts where there is a lifetime.
system::error_code marker_file::enter(outcome& result)
{
    if (is_in_time())
        return end_making(result);
    is_slow_ = is_slow_ || (!is_local_ && !policy_.has_token);
    result = outcome::retry;
    return policy_.keep_on_failure ? system::error_code() : withdraw();
}

system::error_code marker_file::end_making(outcome& result)
{
    result = outcome::published;
    if (!is_local_)
        if (auto const ec = confirm(result))
            return ec;
    if (result == outcome::published && std::exchange(has_broken_, false))
        remove_litter();
    else if (result == outcome::retry && !policy_.keep_on_failure)
        return withdraw();
    return {};
}

// Where the name is taken, sshfs may say EPERM instead of EEXIST; GlusterFS may say ESTALE for a
// second after it was removed.
system::error_code marker_file::create(filesystem::path const& path)
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

// Whether the path names what the private name names.
bool marker_file::names_both(filesystem::path const& name) const noexcept
{
    file_facts a, b;
    return !facts_of(name, a) && !facts_of(path_, b) && a.identity == b.identity &&
           a.modified == b.modified;
}

// Others can see it before it is whole, and take it for what a process that died has left. So
// nothing is written too late, and it counts only if it is still there thereafter.
system::error_code marker_file::make_in_place(std::string const& text, outcome& result)
{
    if (where_ != storage::local && !policy_.has_token)
        publisher_.prepare(path_);
    made_ = time_since_boot();
    system::error_code ec;
    {
        auto const naming = publisher_.lock();
        ec = create(path_);
        if (!ec)
            publisher_.begin();
    }
    if (ec == errc::file_exists) {
        result = outcome::taken;
        return {};
    }
    if (ec)
        return ec;
    ec = know_file(text);
    removal_right right(file_);
    if (!ec && is_local_)
        ec = right.try_to_take();
    if (is_local_ && ec == errc::operation_would_block) {
        leave();
        result = outcome::retry;
        return {};
    }
    if (!ec)
        ec = fill_in_place(text, result);
    if (!ec && result == outcome::published)
        ec = enter(result);
    else if (policy_.keep_on_failure)
        return ec;
    else if (ec || !is_local_)
        (void)withdraw(); // later, where that fails as well
    else
        abandon();
    return ec;
}

system::error_code marker_file::fill_in_place(std::string const& text, outcome& result)
{
    bool it_does = false;
    auto ec = names_ours(it_does);
    bool const is_late = !is_in_time();
    is_slow_ = is_slow_ || (is_late && !is_local_ && !policy_.has_token);
    bool const goes_on = it_does && !is_late;
    if (!ec && goes_on)
        ec = fill(text);
    if (!ec && goes_on && is_local_)
        ec = names_ours(it_does); // elsewhere the last step looks for it
    result = it_does && goes_on ? outcome::published : outcome::retry;
    return ec;
}

// Where the storage is too slow for a marker that others can see before it is whole: with a private
// name first. There is no limit of time: it is stamped where it may be old by then.
system::error_code marker_file::link_whole(std::string const& text, outcome& result,
                                           bool& is_refused)
{
    filesystem::path name;
    if (auto const ec = find_temporary_name(path_, name))
        return ec;
    publisher_.prepare(path_);
    made_ = time_since_boot();
    auto ec = create(name);
    if (ec)
        return ec;
    ec = know_file(text);
    if (!ec)
        ec = fill(text);
    bool is_named = false;
    if (!ec) {
        auto const naming = publisher_.lock();
        ec = add_name(name, path_);
        // A server may have done it, and its answer been lost: then it is refused the second time.
        is_named = !ec || (ec == errc::file_exists && names_both(name));
        if (is_named)
            publisher_.begin();
    }
    // While it has the private name: some FUSE servers know an open file by the name that it had
    // first.
    auto const stamped = is_named && !is_in_time() ? stamp(file_) : system::error_code();
    (void)remove_name(name); // what stays is litter
    if (is_named)
        return stamped ? stamped : end_making(result);
    leave();
    result = ec == errc::file_exists ? outcome::taken : outcome::retry;
    is_refused = result == outcome::retry && !is_final(ec) && !is_missing(ec);
    // Others may have removed the private name.
    return result == outcome::taken || is_missing(ec) ? system::error_code() : ec;
}

bool marker_file::is_in_time() const noexcept
{
    return time_since_boot() - made_ <= policy_.publish_limit;
}

system::error_code marker_file::replace(found_marker& theirs, judgement const& is_removable,
                                        std::string const& text, outcome& result)
{
    result = outcome::retry;
    removal_right right(theirs.file);
    bool const local = is_local(theirs.file);
    if (local) {
        auto const ec = right.try_to_take();
        if (ec == errc::operation_would_block) {
            result = outcome::right_taken;
            return {};
        }
        if (ec)
            return ec;
    }
    // What is open may be out of a cache.
    auto const begin = time_since_boot();
    if (auto const ec = local ? theirs.look_again() : theirs.look(path_))
        return !local && is_missing(ec) ? system::error_code() : ec;
    auto const looked = time_since_boot();
    if (!is_removable(theirs))
        return {};
    filesystem::path name;
    if (auto const ec = find_temporary_name(path_, name))
        return ec;
    if (!local) {
        // The path may name a successor's marker by now, which would be moved.
        if (time_since_boot() - looked > (std::max)(policy_.publish_limit, looked - begin))
            return {};
        has_broken_ = true;
        return move_aside(theirs, name);
    }
    bool it_does; // now; nothing that takes long comes between this and what follows
    if (auto const ec = names(theirs.facts.identity, it_does))
        return ec;
    if (!it_does)
        return {};
    has_broken_ = true;
    auto const ec = draft(text);
    if (ec)
        return is_final(ec) ? ec : unlink_path();
    return put_in_place_of(theirs, is_removable, name, result);
}

// Where a marker of ours cannot be put in its place: there are no unnamed files, no names for them,
// or no exchange.
system::error_code marker_file::unlink_path() const noexcept
{
    auto const ec = remove_name(path_);
    return is_missing(ec) ? system::error_code() : ec;
}

system::error_code marker_file::put_in_place_of(found_marker& theirs, judgement const& is_removable,
                                                filesystem::path const& name, outcome& result)
{
    auto ec = give_name(file_, name);
    if (ec) {
        leave();
        return is_final(ec) ? ec : unlink_path();
    }
    ec = exchange_names(name, path_);
    if (ec) {
        (void)remove_name(name);
        leave();
        if (ec == errc::no_such_file_or_directory)
            return {}; // somebody else has removed it
        return is_not_supported(ec) ? unlink_path() : ec;
    }

    file_facts got;
    ec = ask_twice([&] { return facts_of(name, got); });
    bool is_removed = is_missing(ec);
    if (!ec && got.identity == theirs.facts.identity) {
        (void)remove_name(name); // what stays is litter
        is_removed = true;
    } else if (!ec) {
        is_removed = remove_as_well(name, is_removable);
    }
    bool it_does = false;
    ec = is_removed ? names(facts_.identity, it_does) : restore(name);
    if (it_does)
        return enter(result);
    if (ec)
        (void)withdraw(); // later, where that fails as well
    else
        abandon();
    return ec;
}

// A breaker who asks nobody was faster, and somebody else has come in, whose marker has this name
// now.
bool marker_file::remove_as_well(filesystem::path const& name,
                                 judgement const& is_removable) const noexcept
try {
    found_marker got;
    if (got.look(name) || !got.file.is_open())
        return false;
    removal_right right(got.file);
    if (right.try_to_take() || got.look_again() || !is_removable(got))
        return false;
    (void)remove_name(name);
    return true;
} catch (std::exception const&) {
    return false; // it is not known
}

// What the private name names, to where it was.
system::error_code marker_file::restore(filesystem::path const& name) noexcept
{
    auto ec = exchange_names(name, path_);
    file_facts left;
    if (ec == errc::no_such_file_or_directory) {
        // A holder without a witness that removed ours had seen its own marker there just before,
        // which we have: it has released. If ours has only another name, a breaker moved it that
        // does not ask for the right.
        descriptor got;
        bool has_one = true;
        if (!facts_of(file_, left) && !left.has_name && !got.open_existing(name) &&
            !has_witness(got.native(), has_one) && !has_one)
            return remove_name(name);
        return restore_to_vacant_path(name);
    }
    if (ec || facts_of(name, left))
        return ec;
    if (left.identity == facts_.identity)
        return remove_name(name);
    // The holder has released, and another one has come in, which must not lose its marker by this.
    ec = exchange_names(name, path_);
    return ec == errc::no_such_file_or_directory ? restore_to_vacant_path(name) : ec;
}

system::error_code marker_file::restore_to_vacant_path(filesystem::path const& name) const noexcept
{
    auto const ec = add_name(name, path_);
    if (ec == errc::file_exists || is_missing(ec))
        return {}; // its holder has lost it
    return ec ? ec : remove_name(name);
}

// Where the right of removal is not to be had: as Python's filelock does. The number may be one of
// the name, and thus another one by now.
system::error_code marker_file::move_aside(found_marker const& theirs,
                                           filesystem::path const& name) const
{
    auto ec = move_name(path_, name);
    found_marker moved;
    if (!ec)
        ec = ask_twice([&] { return moved.look(name); });
    if (!ec && moved.text == theirs.text && moved.facts.modified == theirs.facts.modified)
        ec = remove_name(name);
    return is_missing(ec) ? system::error_code() : ec;
}

system::error_code marker_file::evict(found_marker& theirs, judgement const& is_removable,
                                      outcome& result) const
{
    result = outcome::retry;
    if (theirs.file.is_open() && is_local(theirs.file))
        return evict_locally(theirs, is_removable, result);
    if (policy_.unique_name)
        return evict_own_name(theirs, is_removable);
    // Whoever calls keeps others away from the name. It is looked at afresh: what is open may be
    // out of a cache.
    if (auto const ec = theirs.look(path_))
        return is_missing(ec) ? system::error_code() : ec;
    return is_removable(theirs) ? unlink_path() : system::error_code();
}

system::error_code marker_file::evict_locally(found_marker& theirs, judgement const& is_removable,
                                              outcome& result) const
{
    removal_right right(theirs.file);
    auto ec = right.try_to_take();
    if (ec == errc::operation_would_block) {
        result = outcome::right_taken;
        return {};
    }
    bool it_does = false;
    if (!ec)
        ec = theirs.look_again();
    if (!ec)
        ec = names(theirs.facts.identity, it_does);
    if (ec || !it_does || !is_removable(theirs))
        return ec;
    return unlink_path();
}

// No other marker comes to have that name. So what was carried off by mistake can be put back.
system::error_code marker_file::evict_own_name(found_marker const& theirs,
                                               judgement const& is_removable) const
{
    filesystem::path name;
    auto ec = find_temporary_name(path_, name);
    if (!ec)
        ec = move_name(path_, name);
    if (ec)
        return is_missing(ec) ? system::error_code() : ec;
    found_marker moved;
    ec = ask_twice([&] { return moved.look(name); });
    auto& a = moved.facts;
    auto const& b = theirs.facts;
    if (!ec && a.size == b.size && a.modified == b.modified && moved.text == theirs.text) {
        a.changed = b.changed;   // to move it has changed it
        a.identity = b.identity; // sshfs: the number is one of the path
        if (is_removable(moved)) {
            ec = remove_name(name);
            return is_missing(ec) ? system::error_code() : ec;
        }
    }
    auto const back = is_missing(ec) ? system::error_code() : move_name(name, path_);
    return ec && !is_missing(ec) ? ec : is_missing(back) ? system::error_code() : back;
}

system::error_code marker_file::remove(found_marker& theirs) const
{
    if (!theirs.file.is_open() || !is_local(theirs.file)) {
        found_marker now;
        auto const ec = now.look(path_);
        if (!ec && is_same(now, theirs))
            return unlink_path();
        return is_missing(ec) ? system::error_code() : ec;
    }
    removal_right right(theirs.file);
    if (auto const ec = right.try_to_take())
        return ec;
    bool it_does;
    if (auto const ec = names(theirs.facts.identity, it_does))
        return ec;
    return it_does ? unlink_path() : system::error_code();
}

std::optional<std::chrono::nanoseconds> marker_file::storage_time() const
{
    filesystem::path name;
    descriptor file;
    file_facts facts;
    if (find_temporary_name(path_, name) || file.create(name, {}))
        return std::nullopt;
    auto const ec = facts_of(file, facts);
    (void)remove_name(name);
    return ec ? std::nullopt : std::optional(facts.modified);
}

std::optional<bool> marker_file::precedes_this_boot(found_marker const& found) const
{
    auto const uptime = system_uptime();
    auto const now = uptime ? storage_time() : std::nullopt;
    if (!now)
        return std::nullopt;
    return *now - found.facts.modified > *uptime + boot_margin;
}

system::error_code marker_file::refresh(std::chrono::nanoseconds until,
                                        marker_state& result) const noexcept
{
    removal_right right(file_);
    auto ec = is_local_ ? right.try_to_take() : system::error_code();
    if (ec == error::kernel_lock_not_supported)
        ec.clear(); // then nobody else has it either
    if (!ec)
        ec = state_of_ours(result);
    if (ec || result != marker_state::intact)
        return ec;
    ec = stamp(file_);
    if (!ec)
        ec = state_of_ours(result);
    // Who was stopped on the way may have been judged by what the marker was before.
    if (!ec && result == marker_state::intact && time_since_boot() > until)
        result = marker_state::expired;
    return ec;
}

bool marker_file::is_in_place(system::error_code& ec) const noexcept
{
    bool it_does = false;
    if (is_published())
        ec = names_ours(it_does);
    return it_does;
}

system::error_code marker_file::remove_ours(bool (*may_go)(void const*),
                                            void const* whom) const noexcept
{
    auto now = marker_state::missing;
    auto ec = state_of_ours(now);
    if (is_local_ && is_missing(ec))
        ec.clear();
    if (ec || now != marker_state::intact)
        return ec;
    return !may_go || may_go(whom) ? unlink_path() : make_error_code(errc::operation_would_block);
}

system::error_code marker_file::withdraw(bool (*may_go)(void const*), void const* whom) noexcept
{
    if (!is_published())
        return {};
    system::error_code ec;
    if (!is_local_ || policy_.unique_name) {
        // On local storage nobody else's can have a name of its own.
        ec = is_local_ ? unlink_path() : remove_ours(may_go, whom);
        if (is_stale(ec) && !is_refused_for(longest_wait_for_handle))
            ec = make_error_code(errc::operation_would_block);
        if (!ec)
            leave();
        return ec; // else it may still be there
    }
    {
        removal_right right(file_);
        ec = right.try_to_take();
        if (ec == error::kernel_lock_not_supported)
            ec.clear(); // then no breaker has it either
        if (ec == errc::operation_would_block) {
            if (!is_refused_for(longest_wait_for_right))
                return ec;
            // A process was stopped while it had it. It may act on what it has judged when it goes
            // on, and finds a marker that has no owner.
            ec = empty();
            if (ec)
                return ec;
            ec = make_error_code(errc::timed_out);
        } else {
            if (!ec)
                ec = remove_ours(may_go, whom);
            if (ec)
                return ec; // it is still there
        }
    }
    abandon();
    return ec;
}

bool marker_file::is_refused_for(std::chrono::nanoseconds limit) noexcept
{
    auto const now = std::chrono::steady_clock::now();
    if (!refused_since_)
        refused_since_ = now;
    return now - *refused_since_ >= limit;
}

// The path does not name it, or so it seems. A breaker has just given it another name, and may put
// it back; or the path was looked up amiss. It must not stay there as a marker of ours. On network
// storage no breaker puts it back, and the descriptor may lead to another one's.
void marker_file::abandon() noexcept
{
    if (is_local_ && policy_.unique_name)
        (void)remove_name(path_);
    else if (is_local_)
        (void)empty();
    leave();
}

// If it is ours: a program may have closed a descriptor that it did not know, and have opened a
// file of its own under that number.
system::error_code marker_file::empty() noexcept
{
    file_facts now;
    if (auto const ec = facts_of(file_, now))
        return ec;
    bool const is_full = now.identity == facts_.identity && now.has_name && now.size != 0;
    return is_full ? truncate(file_) : system::error_code();
}

marker_file::~marker_file()
{
    if (withdraw())
        abandon();
}

// What breakers who died have left, a minute ago by the file system's clock. As far as it can be
// done.
void marker_file::remove_litter() const noexcept
try {
    (void)for_temporary_names([this](filesystem::path const& name, found_marker const& left) {
        // On network storage there are no witnesses.
        if (left.file.is_open() && facts_.modified - left.facts.changed > marker_litter_age &&
            (!is_local_ || !is_witnessed(left)))
            (void)remove_name(name);
    });
} catch (std::exception const&) {
    // Somebody else will.
}

// A breaker that has died between its exchange and putting back what it had got by mistake: that
// has a private name of its, and a holder who is alive.
bool marker_file::hides_a_holder(std::int64_t pid) const
{
    auto const begin = temporary_prefix(path_) + std::to_string(pid) + '.';
    bool hides = false;
    auto const ec =
        for_temporary_names([&](filesystem::path const& name, found_marker const& left) {
            bool const is_its = name.filename().native().compare(0, begin.size(), begin) == 0;
            hides = hides || (is_its && is_witnessed(left));
        });
    return hides || ec;
}

// Only of files that may be markers, of either kind. What cannot be looked at is an error.
template <class F>
system::error_code marker_file::for_temporary_names(F const& f) const
{
    auto const prefix = temporary_prefix(path_);
    system::error_code ec, failed;
    filesystem::directory_iterator it(path_.parent_path(), ec), end;
    for (; it != end && !ec; it.increment(ec)) {
        auto const& name = it->path();
        if (!is_temporary_name(name.filename().native(), prefix))
            continue;
        found_marker found;
        auto const looked = found.look(name);
        if (looked && !is_missing(looked) && looked != error::not_a_lock_file)
            failed = looked;
        else if (!looked && (!found.file.is_open() || may_be_a_marker(found.text)))
            f(name, found);
    }
    return ec ? ec : failed;
}

} // namespace detail
} // namespace filelock
} // namespace boost
