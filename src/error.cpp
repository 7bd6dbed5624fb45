// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace {

class filelock_category final : public system::error_category
{
public:
    // A fixed id makes the category of a second copy of the library compare equal.
    constexpr filelock_category() : system::error_category(0x9b1d27c1f4a85e63) {}

    char const* name() const noexcept override { return "boost.filelock"; }

    std::string message(int value) const override { return text(value); }

    char const* message(int value, char* buffer, std::size_t size) const noexcept override
    {
        (void)buffer, (void)size;
        return text(value);
    }

    system::error_condition default_error_condition(int value) const noexcept override
    {
        switch (static_cast<error>(value)) {
        case error::not_a_lock_file:
        case error::lease_duration_mismatch:
            return make_error_condition(system::errc::invalid_argument);
        case error::kernel_lock_not_supported:
        case error::both_not_supported:
        case error::witness_not_supported:
        case error::hard_links_not_supported:
            return make_error_condition(system::errc::not_supported);
        case error::callback_failed:
        case error::host_without_name:
        case error::hold_lost:
        case error::closed:
        case error::fence_passed:
        case error::claim_damaged:
            break;
        }
        return {value, *this};
    }

private:
    static char const* text(int value) noexcept
    {
        switch (static_cast<error>(value)) {
        case error::not_a_lock_file:
            return "the path does not name a lock file";
        case error::kernel_lock_not_supported:
            return "the file system has no kernel locks of this kind, or none that exclude other "
                   "hosts; use a soft lock, or place the lock file on another file system";
        case error::both_not_supported:
            return "kernel_lock::both has no place on network storage, where one kind of kernel "
                   "lock "
                   "is made of the other; use kernel_lock::flock or kernel_lock::record";
        case error::callback_failed:
            return "a callback has thrown an exception";
        case error::host_without_name:
            return "the name of this host is empty, so that a marker could not tell whose it is";
        case error::hold_lost:
            return "the lock was lost: its file was replaced or removed, a file server has "
                   "forgotten it, or it was not refreshed in time";
        case error::closed:
            return "the lock object was closed";
        case error::witness_not_supported:
            return "this system has no open-file-description locks (F_OFD_SETLK), which a soft "
                   "lock uses on local storage; with where = storage::network it does without";
        case error::lease_duration_mismatch:
            return "the holder has a lease of another duration; all users of a path must have the "
                   "same one";
        case error::fence_passed:
            return "a greater fence number was seen: another process has acquired the lease since";
        case error::claim_damaged:
            return "a file among the claims is not valid or cannot be read, and may be a holder's";
        case error::hard_links_not_supported:
            return "the file system has no hard links, which a strict_soft_file_lock needs";
        }
        return "unknown error";
    }
};

std::string subject(filesystem::path const& path, std::optional<owner_record> const& holder,
                    std::string const& claim)
{
    auto text = path.string();
    if (!claim.empty())
        text += ", claim " + claim;
    if (holder && holder->pid > 0) {
        text += ", held by process " + std::to_string(holder->pid);
        if (!holder->command.empty())
            text += " (" + holder->command + ")";
    }
    return text;
}

} // namespace

system::error_category const& error_category() noexcept
{
    static constexpr filelock_category category;
    return category;
}

lock_error::lock_error(system::error_code const& ec, filesystem::path const& path,
                       std::optional<owner_record> const& holder, std::string const& claim)
    : system::system_error(ec, subject(path, holder, claim)),
      about_(std::make_shared<about const>(about{path, holder, claim}))
{}

} // namespace filelock
} // namespace boost
