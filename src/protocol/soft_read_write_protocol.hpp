// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_READ_WRITE_PROTOCOL_HPP

#include "access_judge.hpp"
#include "kept_marker.hpp"
#include "protocol.hpp"
#include "reader_directory.hpp"
#include "soft_file_protocol.hpp"

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
    void withdraw() noexcept override;
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
        for_state,  // somebody comes or goes
        for_writer, // or has come
        for_readers
    };

    answer read();
    answer join();
    answer become_reader();
    answer write(bool is_only_try);
    answer claim();
    answer settle();
    answer drain();
    answer pass_readers();
    answer clear(std::vector<std::string> const& names, bool all);
    bool is_time_for_all();
    void observe(lock_mode mode);
    void remove_litter(std::vector<std::string> const& names) const;
    answer keep_claim();

    system::error_code find_tree();
    system::error_code find_writer();
    answer look();
    answer pass_writer();
    answer evict_writer();
    template <class F>
    answer in_state(F const& what);
    bool is_in_state() const noexcept;
    void leave_state() noexcept;
    system::error_code make_record();
    answer undo(system::error_code const& ec);
    system::error_code drop_claim(std::chrono::nanoseconds wait) noexcept;
    system::error_code drop_reader() noexcept;

    bool has_local_rules() const noexcept { return where_ == storage::local; }
    kept_marker const& hold() const noexcept { return held_ == lock_mode::shared ? mine_ : write_; }
    answer busy_with(waits what, std::chrono::nanoseconds look_again = {});

    filesystem::path path_, write_path_;
    soft_read_write_lock_options options_;
    filesystem::perms permissions_;
    std::chrono::nanoseconds good_for_; // a marker, without being stamped
    std::chrono::nanoseconds interval_; // between stamps
    std::optional<std::chrono::nanoseconds> settle_;

    soft_file_protocol state_;
    std::chrono::nanoseconds in_state_since_{}; // since boot
    bool owes_state_ = false;                   // it could not be left

    reader_directory readers_;
    kept_marker mine_; // among the readers'
    kept_marker write_;
    bool is_stale_ = false; // what there was of a writer's, when it was last looked for
    std::chrono::nanoseconds claimed_at_{}; // since boot
    bool is_claimed_ = false;               // `write_`, as it should be
    bool has_settled_ = false;

    found_marker theirs_; // a writer's; open while we wait for him
    access_judge writers_, each_reader_;
    std::chrono::steady_clock::time_point all_judged_; // when all readers' markers were last
    access_record record_;

    lock_mode held_ = lock_mode::none;
    std::optional<file_identity> met_;
    waits waits_ = waits::unknown;
    std::int64_t process_ = 0;         // for whose end we wait as well
    storage where_ = storage::network; // whose rules are for it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
