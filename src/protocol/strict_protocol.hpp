// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_STRICT_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_STRICT_PROTOCOL_HPP

#include "../platform/storage.hpp"
#include "claim_directory.hpp"
#include "found_marker.hpp"
#include "protocol.hpp"
#include "published_file.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `strict_soft_file_lock`. An owner publishes two claims, an intent and then a held
/// claim, under names that no other owner uses, and looks after each at the claims of all others.
/// Both stay for the whole hold: a process that reads the directory while claims come and go may
/// miss one of them, but not both. No claim is ever removed for its owner.
class strict_protocol final : public protocol
{
public:
    strict_protocol(filesystem::path const& absolute, strict_soft_file_lock_options const& options);

    attempt_result attempt(lock_mode, attempt_context const&) override;
    watch_target to_watch() const noexcept override;
    bool is_local() const noexcept override { return is_local_; }
    std::uint8_t exclusion_domains() const noexcept override { return domain::marker; }
    system::error_code withdraw() noexcept override;
    std::optional<file_identity> observed_file() const noexcept override { return observed_; }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override;
    std::string culprit() const override { return culprit_; }

private:
    attempt_result begin_attempt();
    attempt_result begin();
    attempt_result check_path();
    attempt_result publish_intent();
    attempt_result publish_held();
    attempt_result look_again();
    attempt_result give_up(attempt_result const& why);
    attempt_result scan(claim_scan& seen);
    bool is_sentinel(anchored_path const& path) const noexcept;
    bool is_in_place(anchored_path const& path, system::error_code& ec) const;
    system::error_code make_record();
    system::error_code remove_claims() noexcept;
    system::error_code remove(anchored_path const& claim, bool& is_there) noexcept;
    std::chrono::nanoseconds next_pause() noexcept;

    std::optional<filesystem::perms> permissions_;
    bool create_directories_;
    storage where_;
    mount_storage storage_;
    bool is_local_ = false;
    claim_directory directory_;
    found_marker at_path_;               // open while a marker there keeps us out
    std::optional<file_facts> sentinel_; // of the permanent file, when it was last read
    std::optional<file_identity> observed_;

    claim_record record_;         // of this attempt or hold
    anchored_path intent_, held_; // the claims with its token
    published_file claim_;        // with that record
    // The claims may exist, perhaps since an attempt that could not remove them.
    bool has_intent_ = false, has_held_ = false;
    bool is_held_ = false;
    std::optional<std::chrono::nanoseconds> look_until_; // since boot; set between looks
    std::optional<std::chrono::nanoseconds> refused_since_;
    std::chrono::nanoseconds longest_pause_;

    std::string culprit_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
