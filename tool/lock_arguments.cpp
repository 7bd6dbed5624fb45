// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_arguments.hpp"

#include "command_line.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace filelock_tool {
namespace po = boost::program_options;
namespace filelock = boost::filelock;
namespace {

po::typed_value<std::string>* text(char const* name, std::function<void(std::string const&)> store)
{
    return po::value<std::string>()->value_name(name)->notifier(std::move(store));
}

/// Returns an option whose value is one of these names.
template <class T>
po::typed_value<std::string>* one_of(char const* option, T& result,
                                     std::vector<std::pair<std::string, T>> const& values)
{
    return text("NAME", [=, &result](std::string const& given) {
        auto const found = std::find_if(values.begin(), values.end(),
                                        [&](auto const& v) { return v.first == given; });
        if (found == values.end())
            throw usage_error("--" + std::string(option) + ": '" + given + "' is unknown");
        result = found->second;
    });
}

boost::filesystem::perms permissions_of(std::string const& given)
{
    bool const is_octal = !given.empty() && given.size() <= 5 &&
                          given.find_first_not_of("01234567") == std::string::npos;
    if (!is_octal)
        throw usage_error("--permissions: '" + given + "' is not octal");
    return static_cast<boost::filesystem::perms>(std::stoi(given, nullptr, 8));
}

} // namespace

po::typed_value<std::string>* kind_option(std::function<void(lock_kind)> store)
{
    return text("KIND",
                [store = std::move(store)](std::string const& name) { store(kind_of(name)); });
}

po::options_description lock_options(lock_choice& choice)
{
    po::options_description all("Options of the lock");
    auto add = all.add_options();
    add("kind", kind_option([&choice](lock_kind kind) { choice.kind = kind; }),
        "file_lock, read_write_lock, soft_file_lock, strict_soft_file_lock, soft_file_lease or "
        "soft_read_write_lock");
    add("storage",
        one_of<filelock::storage>("storage", choice.where,
                                  {{"detect", filelock::storage::detect},
                                   {"local", filelock::storage::local},
                                   {"network", filelock::storage::network}}),
        "whether other machines use the storage: detect, local or network");
    add("permissions",
        text("MODE",
             [&choice](std::string const& given) { choice.permissions = permissions_of(given); }),
        "of the files that are made, in octal");
    add("poll-interval", in_seconds("poll-interval", choice.poll_interval),
        "longest pause between two attempts where the system reports no change");
    add("backend",
        one_of<filelock::kernel_lock>("backend", choice.backend,
                                      {{"flock", filelock::kernel_lock::flock},
                                       {"record", filelock::kernel_lock::record},
                                       {"both", filelock::kernel_lock::both}}),
        "the kernel lock of a file_lock: flock, record or both");
    add("lifetime", in_seconds("lifetime", choice.lifetime),
        "age at which the marker of a soft_file_lock is removed");
    add("duration", in_seconds("duration", choice.duration),
        "how long a soft_file_lease lasts without a refresh");
    add("heartbeat-interval", in_seconds("heartbeat-interval", choice.heartbeat_interval),
        "of a soft_file_lease or soft_read_write_lock");
    add("stale-threshold", in_seconds("stale-threshold", choice.stale_threshold),
        "age at which markers of a soft_read_write_lock are removed");
    return all;
}

} // namespace filelock_tool
