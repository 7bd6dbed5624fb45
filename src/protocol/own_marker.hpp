// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_OWN_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_OWN_MARKER_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "../platform/storage.hpp"
#include "last_publisher.hpp"
#include "marker_site.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// What became of a marker that this process published.
enum class marker_state
{
    intact,  ///< the path names it
    expired, ///< the path names it, but it was stamped too late
    missing, ///< the path names nothing
    replaced ///< the path names another file
};

/// The marker of this process: refreshes and withdraws it.
///
/// Its creator holds the witness, a record lock on the marker's file, from before it has its name
/// to the end of the hold: a process that sees the witness must not take the creator for dead. On
/// network storage there is neither a witness nor a removal right: kernel locks may block for long
/// there, or be forgotten by a server.
class own_marker
{
public:
    own_marker(own_marker const&) = delete;
    own_marker& operator=(own_marker const&) = delete;

    marker_site const& site() const noexcept { return site_; }
    bool is_published() const noexcept { return file_.is_open(); }

    /// Determines where the state of the marker is looked up on local storage: at the path by which
    /// other processes find it, which may lead to another directory by now than the open one.
    void look_at(filesystem::path seen_at) { seen_at_ = std::move(seen_at); }

    /// Stamps the marker with the present time, if the path names it, and returns in `result`
    /// whether it still does afterwards; `expired` where it is then past `until`, since boot.
    /// `operation_would_block` where another process has the removal right. From any thread while
    /// the marker is published, one at a time.
    system::error_code refresh(std::chrono::nanoseconds until, marker_state& result) const noexcept;

    /// The same without a stamp; never `expired`.
    system::error_code look(marker_state& result) const noexcept;

    /// Returns whether the path names the marker.
    bool is_in_place(system::error_code& ec) const noexcept;

    /// Removes the marker if the path still names it. `operation_would_block` where another process
    /// has the removal right; once that has lasted for 100 ms, the marker is emptied, so that it
    /// has no owner and others remove it in time: `timed_out`. On network storage
    /// `operation_would_block` where the server reports a stale handle, for 2 s; then that error.
    /// `may_go`, if given, is called last; where it returns false, the marker stays:
    /// `operation_would_block` as well.
    system::error_code withdraw(bool (*may_go)(void const*) = nullptr,
                                void const* whom = nullptr) noexcept;

    /// Leaves the marker where it is, and forgets it.
    void leave() noexcept
    {
        file_.close();
        publisher_.end();
        refused_since_.reset();
    }

    /// Returns whether the rules for local storage apply to the marker. While it is published.
    bool has_local_rules() const noexcept { return is_local_; }

    /// Removes what dead processes left under temporary names beside it more than a minute ago, by
    /// the file system's clock. Ignores errors. While the marker is published.
    void remove_litter() const noexcept;

protected:
    own_marker(marker_site site, std::optional<filesystem::perms> permissions)
        : site_(std::move(site)), permissions_(permissions)
    {}
    ~own_marker();

    /// Records which file the open one is, and takes the witness. Reserves the memory that a record
    /// of this text needs.
    system::error_code identify_file(std::string const& text);

    /// Writes the text and sets the permissions.
    system::error_code fill(std::string const& text);

    /// The same for a file with a name. On network storage `no_such_file_or_directory` where
    /// another process has removed it: it may take an unfinished marker for the remains of a dead
    /// one.
    system::error_code fill(std::string const& text, path_ref path);

    /// Creates the file at this path.
    system::error_code create(path_ref path);

    /// Returns in `it_does` whether the path names the marker.
    system::error_code names_own(bool& it_does) const noexcept;

    /// Returns in `it_is` whether other hosts now find the marker at the path. The last step of
    /// making one on network storage.
    system::error_code confirm(bool& it_is);

    /// Forgets the marker, and makes sure that no file stays as a marker of this process: the path
    /// does not name it, or seems not to.
    void abandon() noexcept;

    marker_site site_;
    std::optional<filesystem::perms> permissions_;
    descriptor file_; // open while published
    file_facts facts_;
    last_publisher publisher_;
    bool is_local_ = false;

private:
    bool is_own(found_marker const& found) const noexcept;
    system::error_code remove_own(bool (*may_go)(void const*), void const* whom) const noexcept;
    system::error_code withdraw_under_right(bool (*may_go)(void const*), void const* whom) noexcept;
    system::error_code withdraw_closed() noexcept;
    bool is_refused_for(std::chrono::nanoseconds limit) noexcept;
    system::error_code empty() noexcept;

    std::string text_;                                                   // of the published marker
    std::optional<std::chrono::steady_clock::time_point> refused_since_; // its removal
    bool is_time_known_ = true; // of `facts_`, on network storage
    mount_storage storage_;
    filesystem::path seen_at_; // empty: the site's path
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
