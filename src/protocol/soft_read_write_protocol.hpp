// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP

#include "../platform/storage.hpp"
#include "access_marker.hpp"
#include "access_times.hpp"
#include "protocol.hpp"
#include "reader_set.hpp"
#include "refreshed_marker.hpp"
#include "writer_claim.hpp"
#include "writer_gate.hpp"

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

/// Implements `soft_read_write_lock`, a tree of markers: the writer's marker `PATH.write`, one
/// marker for each reader in `PATH.readers/`, and `PATH.state`. The last is a `soft_file_lock` that
/// writers hold while they enter and leave, since Python peers rely on it.
///
/// A forked child makes a new protocol in place of this one.
///
/// A process looks for the other side's markers, publishes its own, looks again, and checks that
/// its own is still in place. Every process that keeps this order is seen by all others that keep
/// it. The model test/model/soft_read_write.pml has the steps.
class soft_read_write_protocol final : public refreshable_protocol
{
public:
    soft_read_write_protocol(filesystem::path const& absolute,
                             soft_read_write_lock_options const& options);
    ~soft_read_write_protocol() override;

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    watch_target to_watch() const noexcept override;
    bool is_local() const noexcept override;
    std::uint8_t exclusion_domains() const noexcept override { return domain::marker; }
    system::error_code withdraw() noexcept override;
    std::optional<file_identity> observed_file() const noexcept override { return observed_file_; }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override;

    refresh_result refresh() noexcept override;
    std::optional<loss_reason> lost() noexcept override;
    refresh_result first_refresh() const noexcept override;
    std::string const& token() const noexcept override { return hold().token(); }

private:
    enum class waits
    {
        unknown,
        at_gate, ///< for a writer, or for the holder of `state`
        for_readers
    };

    attempt_result read();
    attempt_result join();
    attempt_result become_reader();
    attempt_result write(bool is_only_try);
    attempt_result try_to_write(bool is_only_try);
    attempt_result claim();
    attempt_result drain();

    system::error_code find_tree();
    marker_state state_in_tree(system::error_code& ec) const noexcept;
    void observe(lock_mode mode);
    attempt_result at_gate(attempt_result const& a) noexcept;
    system::error_code make_record();
    system::error_code drop_reader() noexcept;

    refreshed_marker const& hold() const noexcept
    {
        return held_ == lock_mode::shared ? mine_ : claim_.marker();
    }

    filesystem::path path_;
    soft_read_write_lock_options options_;
    access_times const times_;
    filesystem::perms permissions_; // of markers

    writer_gate gate_;
    reader_set readers_;
    storage where_ = storage::network; // its rules apply to the whole tree
    mount_storage storage_;
    refreshed_marker mine_; // our marker as a reader
    writer_claim claim_;
    access_marker record_;

    lock_mode held_ = lock_mode::none;
    std::optional<file_identity> observed_file_;
    waits waits_ = waits::unknown;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
