// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "any_lock.hpp"

#include "command_line.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace filelock_tool {
namespace filelock = boost::filelock;
namespace {

using boost::system::error_code;

constexpr std::array<std::pair<lock_kind, char const*>, 6> names{{
    {lock_kind::file_lock, "file_lock"},
    {lock_kind::read_write_lock, "read_write_lock"},
    {lock_kind::soft_file_lock, "soft_file_lock"},
    {lock_kind::strict_soft_file_lock, "strict_soft_file_lock"},
    {lock_kind::soft_file_lease, "soft_file_lease"},
    {lock_kind::soft_read_write_lock, "soft_read_write_lock"},
}};

template <class Lock>
class lock_of final : public any_lock
{
public:
    lock_of(lock_choice const& choice, typename Lock::options_type const& options)
        : is_shared_(choice.is_shared), lock_(choice.path, options)
    {}

    bool acquire(filelock::acquire_options const& how, error_code& ec) override
    {
        if constexpr (has_shared)
            if (is_shared_)
                return lock_.acquire_shared(how, ec);
        return lock_.acquire(how, ec);
    }

    void release(error_code& ec) override { lock_.release(ec); }
    bool still_held(error_code& ec) override { return lock_.still_held(ec); }
    std::optional<filelock::owner_record> holder() const override { return lock_.holder(); }

    std::uint64_t fence([[maybe_unused]] error_code& ec) override
    {
        if constexpr (std::is_same_v<Lock, filelock::soft_file_lease>)
            return lock_.fence(ec);
        ec = make_error_code(boost::system::errc::not_supported);
        return 0;
    }

private:
    static constexpr bool has_shared = !std::is_same_v<Lock, filelock::soft_file_lock> &&
                                       !std::is_same_v<Lock, filelock::strict_soft_file_lock> &&
                                       !std::is_same_v<Lock, filelock::soft_file_lease>;

    bool is_shared_;
    Lock lock_;
};

template <class Options>
Options common_options(lock_choice const& choice)
{
    Options options;
    options.scope = filelock::ownership::instance;
    options.where = choice.where;
    options.permissions = choice.permissions;
    options.create_directories = choice.create_directories;
    if (choice.poll_interval)
        options.poll_interval = *choice.poll_interval;
    return options;
}

template <class Options>
void set_on_loss(Options& options, lock_choice const& choice)
{
    if (choice.on_loss)
        options.on_loss = [f = choice.on_loss](filelock::lease_loss const&) { f(); };
}

std::unique_ptr<any_lock> make_file_lock(lock_choice const& choice)
{
    auto options = common_options<filelock::file_lock_options>(choice);
    options.backend = choice.backend;
    options.on_acquired = choice.on_acquired;
    return std::make_unique<lock_of<filelock::file_lock>>(choice, options);
}

std::unique_ptr<any_lock> make_soft_file_lock(lock_choice const& choice)
{
    auto options = common_options<filelock::soft_file_lock_options>(choice);
    options.lifetime = choice.lifetime;
    return std::make_unique<lock_of<filelock::soft_file_lock>>(choice, options);
}

std::unique_ptr<any_lock> make_lease(lock_choice const& choice)
{
    auto options = common_options<filelock::soft_file_lease_options>(choice);
    if (choice.duration)
        options.duration = *choice.duration;
    options.heartbeat_interval = choice.heartbeat_interval;
    set_on_loss(options, choice);
    return std::make_unique<lock_of<filelock::soft_file_lease>>(choice, options);
}

std::unique_ptr<any_lock> make_soft_read_write_lock(lock_choice const& choice)
{
    auto options = common_options<filelock::soft_read_write_lock_options>(choice);
    if (choice.heartbeat_interval)
        options.heartbeat_interval = *choice.heartbeat_interval;
    if (choice.stale_threshold)
        options.stale_threshold = *choice.stale_threshold;
    options.settle = choice.settle;
    set_on_loss(options, choice);
    return std::make_unique<lock_of<filelock::soft_read_write_lock>>(choice, options);
}

void refuse(bool is_wrong, char const* option, lock_choice const& choice)
{
    if (is_wrong)
        throw usage_error(std::string("a ") + name_of(choice.kind) + " has no " + option);
}

void check(lock_choice const& choice)
{
    auto const kind = choice.kind;
    bool const is_lease = kind == lock_kind::soft_file_lease,
               beats = is_lease || kind == lock_kind::soft_read_write_lock;
    refuse(choice.is_shared && !has_shared_mode(kind), "shared mode", choice);
    refuse(choice.lifetime && kind != lock_kind::soft_file_lock, "lifetime", choice);
    refuse(choice.duration && !is_lease, "duration", choice);
    refuse(choice.heartbeat_interval && !beats, "heartbeats", choice);
    refuse(choice.stale_threshold && kind != lock_kind::soft_read_write_lock, "stale threshold",
           choice);
    refuse(choice.backend != filelock::kernel_lock::flock && kind != lock_kind::file_lock,
           "backend", choice);
}

} // namespace

char const* name_of(lock_kind kind) noexcept
{
    for (auto const& [k, name] : names)
        if (k == kind)
            return name;
    return "";
}

lock_kind kind_of(std::string const& name)
{
    for (auto const& [kind, known] : names)
        if (name == known)
            return kind;
    throw usage_error("there is no kind '" + name + "'");
}

bool is_kernel_kind(lock_kind kind) noexcept
{
    return kind == lock_kind::file_lock || kind == lock_kind::read_write_lock;
}

bool has_shared_mode(lock_kind kind) noexcept
{
    return is_kernel_kind(kind) || kind == lock_kind::soft_read_write_lock;
}

std::unique_ptr<any_lock> make_lock(lock_choice const& choice)
{
    check(choice);
    switch (choice.kind) {
    case lock_kind::read_write_lock:
        return std::make_unique<lock_of<filelock::read_write_lock>>(
            choice, common_options<filelock::read_write_lock_options>(choice));
    case lock_kind::soft_file_lock:
        return make_soft_file_lock(choice);
    case lock_kind::strict_soft_file_lock:
        return std::make_unique<lock_of<filelock::strict_soft_file_lock>>(
            choice, common_options<filelock::strict_soft_file_lock_options>(choice));
    case lock_kind::soft_file_lease:
        return make_lease(choice);
    case lock_kind::soft_read_write_lock:
        return make_soft_read_write_lock(choice);
    case lock_kind::file_lock:
        break;
    }
    return make_file_lock(choice);
}

} // namespace filelock_tool
