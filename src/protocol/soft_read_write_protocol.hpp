// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP

#include "access_record.hpp"
#include "kept_marker.hpp"
#include "protocol.hpp"
#include "reader_crowd.hpp"
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

/// `soft_read_write_lock`, a tree of markers: one of the writer, `PATH.write`; one for each reader,
/// in `PATH.readers/`; and `PATH.state`, a `soft_file_lock` that writers hold while they come and
/// go, since peers of another make rely on it.
///
/// A forked child makes another one of it.
///
/// Look, publish, look again, and see that you are still there: who does so in this order is seen
/// by whoever else does. test/model/soft_read_write.pml has the steps.
class soft_read_write_protocol final : public kept_up
{
public:
    soft_read_write_protocol(filesystem::path const& absolute,
                             soft_read_write_lock_options const& options);
    ~soft_read_write_protocol() override;

    answer attempt(lock_mode mode, asker const& who) override;
    watched what_tells() const noexcept override;
    bool is_local() const noexcept override;
    std::uint8_t made_of() const noexcept override { return made_of_markers; }
    system::error_code withdraw() noexcept override;
    std::optional<file_identity> met() const noexcept override { return met_; }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override;

    upkeep keep_up() noexcept override;
    std::optional<loss_reason> lost() noexcept override;
    upkeep first_upkeep() const noexcept override;
    std::string const& token() const noexcept override { return hold().token(); }

private:
    enum class waits
    {
        unknown,
        at_gate, ///< for a writer, or for those who come and go
        for_readers
    };

    answer read();
    answer join();
    answer become_reader();
    answer write(bool is_only_try);
    answer claim();
    answer settle();
    answer drain();
    answer keep_claim();

    system::error_code find_tree();
    kept_marker::fate fate_in_tree(system::error_code& ec) const noexcept;
    void observe(lock_mode mode);
    answer at_gate(answer const& a) noexcept;
    system::error_code make_record();
    answer undo(system::error_code const& ec);
    system::error_code drop_claim() noexcept;
    system::error_code drop_reader() noexcept;

    kept_marker const& hold() const noexcept { return held_ == lock_mode::shared ? mine_ : write_; }

    filesystem::path path_;
    soft_read_write_lock_options options_;
    filesystem::perms permissions_;     // of markers
    std::chrono::nanoseconds good_for_; // a marker, without being stamped
    std::chrono::nanoseconds interval_; // between stamps
    std::optional<std::chrono::nanoseconds> settle_;

    writer_gate gate_;
    reader_crowd crowd_;
    storage where_ = storage::network; // whose rules are for all of it
    kept_marker mine_;                 // among the readers'
    kept_marker write_;
    bool is_claimed_ = false;                                // by `write_`, as it should be
    std::chrono::nanoseconds claimed_at_{};                  // since boot
    std::optional<std::chrono::nanoseconds> dropping_since_; // since boot
    bool has_settled_ = false;
    access_record record_;

    lock_mode held_ = lock_mode::none;
    std::optional<file_identity> met_;
    waits waits_ = waits::unknown;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
