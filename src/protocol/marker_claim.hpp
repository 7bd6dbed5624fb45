// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_CLAIM_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_CLAIM_HPP

#include "../platform/file.hpp"
#include "marker_file.hpp"
#include "protocol.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// What the markers of one kind of lock say, and when they may be removed.
class marker_contract
{
public:
    /// Makes the text of the next marker of this process.
    virtual system::error_code make_text(std::string& text) = 0;

    /// Decides whether the marker that was found at the path may be removed.
    virtual marker_verdict judge(found_marker const& found) = 0;

protected:
    ~marker_contract() = default;
};

/// The attempts of a lock that is held while there is a marker of this process at the path, and
/// that marker.
class marker_claim
{
public:
    /// `contract` must outlive this object.
    template <class Options>
    marker_claim(marker_contract& contract, filesystem::path const& absolute,
                 Options const& options, marker_policy policy = {})
        : marker_claim(contract, absolute, options.permissions, options.where,
                       options.create_directories, policy)
    {}

    // As `protocol` says.
    attempt_result attempt();
    watch_target to_watch() const noexcept;
    bool is_local() const noexcept;
    std::optional<file_identity> observed_file() const noexcept; // asks the file system
    system::error_code withdraw() noexcept;
    system::error_code release() noexcept;

    /// The same, for a marker that contenders may evict once it has expired. On network storage it
    /// returns `operation_would_block` if the marker was not removed until then.
    system::error_code release(std::chrono::nanoseconds until) noexcept;

    filesystem::path const& path() const noexcept { return path_; }
    marker_file& marker() noexcept { return marker_; }
    marker_file const& marker() const noexcept { return marker_; }
    marker_site const& site() const noexcept { return marker_.site(); }

    bool is_held() const noexcept { return is_held_; }

private:
    marker_claim(marker_contract& contract, filesystem::path const& absolute,
                 std::optional<filesystem::perms> permissions, storage where,
                 bool create_directories, marker_policy policy);

    attempt_result note_acquired();
    system::error_code look();
    attempt_result judge_file();
    attempt_result of_failure(system::error_code const& ec) const;

    marker_contract& contract_;
    filesystem::path path_;
    filesystem::path directory_; // ends in ".", which follows a symbolic link
    std::size_t hash_of_name_;
    bool create_directories_;
    marker_file marker_;
    found_marker theirs_; // open while we wait
    std::string text_;    // of the next marker
    std::int64_t process_ = 0;
    std::chrono::nanoseconds
        right_backoff_;             // how long another process is assumed to have the removal right
    bool is_path_occupied_ = false; // the path named a file at the last look
    bool is_held_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
