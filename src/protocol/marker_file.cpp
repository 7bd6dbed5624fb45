// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_file.hpp"

#include "../platform/clock.hpp"
#include "../platform/kernel_lock.hpp"
#include "removal_right.hpp"
#include "server_errors.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <exception>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;

// The call is not implemented, or a sandbox refuses it. Where the permissions of the files are the
// reason, the call that is made instead fails with the same error.
bool is_not_supported(system::error_code const& ec) noexcept
{
    return ec == errc::invalid_argument || ec == errc::function_not_supported ||
           ec == errc::not_supported || ec == errc::operation_not_supported ||
           ec == errc::operation_not_permitted || ec == errc::permission_denied;
}

} // namespace

// Publishing: as an unnamed file that gets its name when it is whole; where that is not possible,
// in place; where that is too slow, under a temporary name first.

system::error_code marker_file::publish(std::string const& text, marker_outcome& result)
{
    result = marker_outcome::published;
    auto ec = draft(text);
    if (!ec) {
        ec = name_draft();
        if (ec == errc::file_exists) {
            result = marker_outcome::taken;
            return {};
        }
    }
    if (!ec) {
        ec = enter(result);
        if (ec || result != marker_outcome::retry || !is_slow_)
            return ec;
    } else if (is_final(ec)) {
        return ec;
    }
    if (!is_slow_) {
        ec = make_in_place(text, result);
        if (ec || result != marker_outcome::retry || !is_slow_)
            return ec;
    }
    bool is_refused = false;
    ec = link_whole(text, result, is_refused);
    return is_refused ? make_in_place(text, result) : ec;
}

// Makes a whole marker without a name, so that other processes never see it in part.
system::error_code marker_file::draft(std::string const& text)
{
    auto ec = file_.open_unnamed(site_.path().parent(), permissions_);
    if (ec)
        return ec;
    ec = identify_file(text);
    if (!ec && !is_local_ && !site_.policy().has_token)
        publisher_.prepare(site_.path());
    made_ = time_since_boot();
    if (!ec)
        ec = fill(text);
    if (ec)
        leave();
    return ec;
}

system::error_code marker_file::name_draft()
{
    system::error_code ec;
    {
        auto const naming = publisher_.lock();
        ec = give_name(file_, site_.path());
        if (!ec)
            publisher_.begin();
    }
    if (ec)
        leave();
    return ec;
}

// The path names the marker. A process that was stopped on the way must not begin with an old one:
// its age counts where there is a lifetime.
system::error_code marker_file::enter(marker_outcome& result)
{
    if (is_in_time())
        return end_making(result);
    is_slow_ = is_slow_ || (!is_local_ && !site_.policy().has_token);
    result = marker_outcome::retry;
    return site_.policy().keep_on_failure ? system::error_code() : withdraw();
}

system::error_code marker_file::end_making(marker_outcome& result)
{
    bool is_there = true;
    if (!is_local_)
        if (auto const ec = confirm(is_there))
            return ec;
    result = is_there ? marker_outcome::published : marker_outcome::retry;
    if (is_there && std::exchange(has_replaced_, false))
        remove_litter();
    else if (!is_there && !site_.policy().keep_on_failure)
        return withdraw();
    return {};
}

// Other processes can see the marker before it is whole, and take it for the remains of a dead
// process. So nothing is written too late, and the marker counts only if it is still there
// afterwards.
system::error_code marker_file::make_in_place(std::string const& text, marker_outcome& result)
{
    auto ec = create_in_place();
    if (ec == errc::file_exists) {
        result = marker_outcome::taken;
        return {};
    }
    if (ec)
        return ec;
    ec = identify_file(text);
    removal_right right(file_);
    if (!ec && is_local_)
        ec = right.try_to_take();
    if (is_local_ && ec == errc::operation_would_block) {
        leave();
        result = marker_outcome::retry;
        return {};
    }
    if (!ec)
        ec = fill_in_place(text, result);
    if (!ec && result == marker_outcome::published)
        ec = enter(result);
    else if (site_.policy().keep_on_failure)
        return ec;
    else if (ec || !is_local_)
        (void)withdraw(); // repeated later if it fails
    else
        abandon();
    return ec;
}

system::error_code marker_file::create_in_place()
{
    if (site_.where() != storage::local && !site_.policy().has_token)
        publisher_.prepare(site_.path());
    made_ = time_since_boot();
    auto const naming = publisher_.lock();
    auto const ec = create(site_.path());
    if (!ec)
        publisher_.begin();
    return ec;
}

system::error_code marker_file::fill_in_place(std::string const& text, marker_outcome& result)
{
    bool it_does = false;
    auto ec = names_own(it_does);
    bool const is_late = !is_in_time();
    is_slow_ = is_slow_ || (is_late && !is_local_ && !site_.policy().has_token);
    bool const goes_on = it_does && !is_late;
    if (!ec && goes_on)
        ec = fill(text, site_.path());
    if (is_missing(ec)) {
        ec.clear();
        it_does = false;
    }
    if (!ec && goes_on && is_local_)
        ec = names_own(it_does); // on network storage `confirm` looks
    result = it_does && goes_on ? marker_outcome::published : marker_outcome::retry;
    return ec;
}

// For storage that is too slow for a marker which others can see before it is whole. There is no
// limit of time: the marker is stamped where it may be old by then.
system::error_code marker_file::link_whole(std::string const& text, marker_outcome& result,
                                           bool& is_refused)
{
    anchored_path name;
    if (auto const ec = find_temporary_name(site_.path(), name))
        return ec;
    publisher_.prepare(site_.path());
    made_ = time_since_boot();
    auto ec = create(name);
    if (ec)
        return ec;
    ec = identify_file(text);
    if (!ec)
        ec = fill(text, name);
    bool is_named = false;
    if (!ec)
        ec = link_to_path(name, is_named);
    // While it has the temporary name: some FUSE servers know an open file by its first name.
    auto const stamped = is_named && !is_in_time() ? stamp(file_) : system::error_code();
    (void)remove_name(name); // what stays is litter
    if (is_named)
        return stamped ? stamped : end_making(result);
    leave();
    result = ec == errc::file_exists ? marker_outcome::taken : marker_outcome::retry;
    is_refused = result == marker_outcome::retry && !is_final(ec) && !is_missing(ec);
    // Other processes may have removed the temporary name.
    return result == marker_outcome::taken || is_missing(ec) ? system::error_code() : ec;
}

// A server may have made the link, and its reply have been lost: the repeated request fails then.
system::error_code marker_file::link_to_path(anchored_path const& name, bool& is_named)
{
    auto const naming = publisher_.lock();
    auto const ec = add_name(name, site_.path());
    is_named = !ec || (ec == errc::file_exists && names_both(name));
    if (is_named)
        publisher_.begin();
    return ec;
}

// Returns whether the path names the same file as the temporary name.
bool marker_file::names_both(anchored_path const& name) const noexcept
{
    file_facts a, b;
    return !facts_of(name, a) && !facts_of(site_.path(), b) && a.identity == b.identity &&
           a.modified == b.modified;
}

// Replacing: by exchanging names on local storage, so that the path always names a marker; by
// moving the other marker aside on network storage.

system::error_code marker_file::replace(found_marker& theirs, marker_judgement const& is_removable,
                                        std::string const& text, marker_outcome& result)
{
    result = marker_outcome::retry;
    return site_.is_local(theirs.file) ? replace_locally(theirs, is_removable, text, result)
                                       : replace_remotely(theirs, is_removable);
}

system::error_code marker_file::replace_locally(found_marker& theirs,
                                                marker_judgement const& is_removable,
                                                std::string const& text, marker_outcome& result)
{
    removal_right right(theirs.file);
    auto ec = right.try_to_take();
    if (ec == errc::operation_would_block) {
        result = marker_outcome::right_taken;
        return {};
    }
    if (!ec)
        ec = theirs.reread();
    if (ec || !is_removable(theirs))
        return ec;
    anchored_path name;
    bool it_does = false;
    ec = find_temporary_name(site_.path(), name);
    if (!ec) // nothing that takes long comes between this and the exchange
        ec = site_.names(theirs.facts.identity, it_does);
    if (ec || !it_does)
        return ec;
    has_replaced_ = true;
    ec = draft(text);
    if (ec)
        return is_final(ec) ? ec : site_.unlink_path();
    return put_in_place_of(theirs, is_removable, name, result);
}

// The path is looked at again: the open file may come from a cache.
system::error_code marker_file::replace_remotely(found_marker& theirs,
                                                 marker_judgement const& is_removable)
{
    auto const begin = time_since_boot();
    if (auto const ec = theirs.look(site_.path()))
        return is_missing(ec) ? system::error_code() : ec;
    auto const looked = time_since_boot();
    if (!is_removable(theirs))
        return {};
    anchored_path name;
    if (auto const ec = find_temporary_name(site_.path(), name))
        return ec;
    // After too long the path may name the marker of a successor, which would be moved.
    if (time_since_boot() - looked > (std::max)(site_.policy().publish_limit, looked - begin))
        return {};
    has_replaced_ = true;
    return site_.move_aside(theirs, name);
}

// Unlinks the path where a marker cannot be put in its place: without unnamed files, without names
// for them, or without renameat2(2).
system::error_code marker_file::put_in_place_of(found_marker& theirs,
                                                marker_judgement const& is_removable,
                                                anchored_path const& name, marker_outcome& result)
{
    auto ec = give_name(file_, name);
    if (ec) {
        leave();
        return is_final(ec) ? ec : site_.unlink_path();
    }
    ec = exchange_names(name, site_.path());
    if (ec) {
        (void)remove_name(name);
        leave();
        if (ec == errc::no_such_file_or_directory)
            return {}; // another process has removed the marker
        return is_not_supported(ec) ? site_.unlink_path() : ec;
    }
    return settle_exchange(theirs, is_removable, name, result);
}

// After the exchange the temporary name should name the other marker. A breaker without the removal
// right may have been faster, and a third process have published a marker, which is restored.
system::error_code marker_file::settle_exchange(found_marker const& theirs,
                                                marker_judgement const& is_removable,
                                                anchored_path const& name, marker_outcome& result)
{
    file_facts got;
    auto ec = ask_twice([&] { return facts_of(name, got); });
    bool is_removed = is_missing(ec);
    if (!ec && got.identity == theirs.facts.identity) {
        (void)remove_name(name); // what stays is litter
        is_removed = true;
    } else if (!ec) {
        is_removed = remove_as_well(name, is_removable);
    }
    bool it_does = false;
    ec = is_removed ? site_.names(facts_.identity, it_does) : restore(name);
    if (it_does)
        return enter(result);
    if (ec)
        (void)withdraw(); // repeated later if it fails
    else
        abandon();
    return ec;
}

// Removes the third process' marker where it may be removed as well.
bool marker_file::remove_as_well(anchored_path const& name,
                                 marker_judgement const& is_removable) const noexcept
try {
    found_marker got;
    if (got.look(name) || !got.file.is_open())
        return false;
    removal_right right(got.file);
    if (right.try_to_take() || got.reread() || !is_removable(got))
        return false;
    (void)remove_name(name);
    return true;
} catch (std::exception const&) {
    return false; // unknown
}

// Gives the file under the temporary name its path back.
system::error_code marker_file::restore(anchored_path const& name) noexcept
{
    auto ec = exchange_names(name, site_.path());
    file_facts left;
    if (ec == errc::no_such_file_or_directory) {
        // A holder without a witness removed our marker from the path, where it had seen its own
        // just before, which is under the temporary name: it has released. If our marker only has
        // another name, a breaker without the removal right moved it.
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
    // That holder has released, and another process has published a marker, which must not be lost
    // by this.
    ec = exchange_names(name, site_.path());
    return ec == errc::no_such_file_or_directory ? restore_to_vacant_path(name) : ec;
}

system::error_code marker_file::restore_to_vacant_path(anchored_path const& name) const noexcept
{
    auto const ec = add_name(name, site_.path());
    if (ec == errc::file_exists || is_missing(ec))
        return {}; // its holder has lost it
    return ec ? ec : remove_name(name);
}

} // namespace detail
} // namespace filelock
} // namespace boost
