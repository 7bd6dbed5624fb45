// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_FILE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_FILE_PROTOCOL_HPP

#include "../platform/file.hpp"
#include "marker_file.hpp"
#include "marker_record.hpp"
#include "protocol.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `soft_file_lock`: the lock is held while there is a marker at the path. The marker
/// names its owner, so that contenders can find out that the owner has died.
class soft_file_protocol final : public protocol
{
public:
    /// `foreign_limit`: how long the marker of another host must be seen unchanged before it is
    /// evicted. If it is unset, such a marker is never evicted.
    soft_file_protocol(filesystem::path absolute, soft_file_lock_options const& options,
                       std::optional<std::chrono::nanoseconds> foreign_limit = {});

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    watch_target to_watch() const noexcept override;
    bool is_local() const noexcept override;
    std::uint8_t exclusion_domains() const noexcept override { return domain::marker; }
    system::error_code withdraw() noexcept override;
    std::optional<file_identity> observed_file() const noexcept override { return observed_file_; }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override { return marker_.is_in_place(ec); }
    std::vector<owner_record> holders() const override;

    /// Returns whether the lock is held. On network storage it asks the file system, as other
    /// processes may have removed the marker.
    bool is_surely_held() const noexcept;

    /// Looks at the marker to learn for how long it has been unchanged. Removes nothing.
    void observe();

private:
    // A file that has been unchanged since it was first seen.
    struct sample
    {
        file_facts facts;
        std::string text;
        std::chrono::steady_clock::time_point since;
    };

    std::optional<file_identity> identity() const;
    attempt_result note_acquired();
    system::error_code make_record();
    system::error_code look();
    attempt_result judge_file();
    attempt_result of_failure(system::error_code const& ec) const;
    marker_verdict judge(found_marker const& found);
    marker_verdict judge_owner(found_marker const& found, marker_record const& owner);
    marker_verdict judge_foreign(found_marker const& found);
    std::chrono::nanoseconds unchanged_for(found_marker const& found);
    bool is_death_proved(found_marker const& found, marker_record const& owner);
    std::chrono::nanoseconds age_of(found_marker const& found);

    filesystem::path path_;
    filesystem::path directory_; // ends in ".", which follows a symbolic link
    std::size_t hash_of_name_;
    soft_file_lock_options options_;
    std::optional<std::chrono::nanoseconds> foreign_limit_;
    marker_file marker_;
    found_marker theirs_; // open while we wait
    std::optional<sample> sample_;
    std::string dead_,
        certain_;           // the last records of a dead owner and of a surely identified one
    std::string namesakes_; // the last record of an owner that may be on another host of our name
    std::chrono::nanoseconds namesakes_modified_{};
    std::string host_, record_;   // of this process
    std::uint32_t record_of_ = 0; // the process generation; 0: the record must be made again
    std::optional<file_identity> observed_file_;
    std::int64_t process_ = 0;
    std::chrono::nanoseconds
        right_backoff_;             // how long another process is assumed to have the removal right
    bool is_path_occupied_ = false; // the path named a file at the last look
    bool is_held_ = false;
};

/// Returns the record of the marker at the path, or nothing if there is no such marker.
std::optional<marker_record> read_marker_at(filesystem::path const& absolute);

/// Removes the marker at the path, whichever process owns it. A missing marker is not an error.
/// Returns `operation_would_block` if another process has the removal right.
system::error_code break_marker(filesystem::path const& absolute, storage where);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
