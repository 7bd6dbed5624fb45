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

/// `soft_file_lock`: the lock is held while there is a marker at the path. It names its owner, so
/// that others can tell that he has died.
class soft_file_protocol final : public protocol
{
public:
    /// `foreign_limit`: for so long the marker of another host's has to be seen unchanged before it
    /// is removed; unset: it is never.
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

    /// Whether it is held; where the storage is not local it is asked, as others may have taken the
    /// marker away.
    bool is_surely_held() const noexcept;

    /// Looks at the marker for how long it has been the same, and does nothing about it.
    void observe();

private:
    struct verdict
    {
        bool is_removable = false;
        std::chrono::nanoseconds look_again{}; ///< it may be then, untold; zero: it is told
        std::int64_t process = 0;              ///< whose end may make it so
        system::error_code error;
    };

    // A file that has not changed since it was seen first.
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
    verdict judge(found_marker const& found);
    verdict judge_owner(found_marker const& found, marker_record const& owner);
    verdict judge_foreign(found_marker const& found);
    std::chrono::nanoseconds unchanged_for(found_marker const& found);
    bool is_death_proved(found_marker const& found, marker_record const& owner);
    std::chrono::nanoseconds age_of(found_marker const& found);

    filesystem::path path_;
    filesystem::path directory_; // itself, where it is a symbolic link
    std::size_t hash_of_name_;
    soft_file_lock_options options_;
    std::optional<std::chrono::nanoseconds> foreign_limit_;
    marker_file marker_;
    found_marker theirs_; // open while we wait
    std::optional<sample> sample_;
    std::string dead_,
        certain_;           // the last records of one who had gone, and who was seen for certain
    std::string namesakes_; // the last record whose owner may be on another host of our name
    std::chrono::nanoseconds namesakes_modified_{};
    std::string host_, record_;   // ours
    std::uint32_t record_of_ = 0; // the process generation; 0: to be made anew
    std::optional<file_identity> observed_file_;
    std::int64_t process_ = 0;
    std::chrono::nanoseconds act_; // of others, for which to wait next time
    bool is_taken_ = false;        // the path named a file when it was last seen
    bool is_held_ = false;
};

/// The marker at the path, if it is one.
std::optional<marker_record> read_marker_at(filesystem::path const& absolute);

/// Removes the marker at the path, whosever it is. No marker is no error. `operation_would_block`
/// where another process is about to do something with it.
system::error_code break_marker(filesystem::path const& absolute, storage where);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
