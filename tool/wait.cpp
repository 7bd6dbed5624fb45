// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "any_lock.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "exit_status.hpp"
#include "inspection/inspection.hpp"
#include "lock_arguments.hpp"
#include "wait_line.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/error.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

namespace filelock_tool {
namespace po = boost::program_options;
namespace errc = boost::system::errc;
using boost::system::error_code;
namespace {

constexpr command_help help{
    "wait", "wait [--timeout SECONDS] [--pid PID] [--shared] [--kind KIND] PATH",
    "Waits until the lock at PATH is free. It is acquired for a moment to know that,\n"
    "except for a strict lock, so the marker of a dead owner is removed as by any\n"
    "acquisition. Without --kind,\n"
    "the kind is that of the files there.\n"};

/// Between two looks. Looking for holders reads lists of the kernel, which can take 25 ms.
constexpr std::chrono::milliseconds look_interval{250};

struct wish
{
    lock_choice choice;
    std::optional<std::chrono::nanoseconds> limit;
    std::int64_t pid = 0;
};

bool holds(wish const& wanted)
{
    auto const report = inspect(wanted.choice.path, wanted.choice.kind);
    return std::any_of(report.holders.begin(), report.holders.end(), [&](lock_holder const& h) {
        return h.owner.pid == wanted.pid && h.alive != liveness::gone;
    });
}

/// A claim of this process that was killed with it would keep the lock until an operator removes
/// it, so this one looks and does not acquire the lock.
int watch_claims(wish const& wanted)
{
    auto const begin = std::chrono::steady_clock::now();
    status_line line;
    for (;;) {
        auto const report = inspect(wanted.choice.path, wanted.choice.kind);
        if (report.state == lock_state::damaged)
            throw boost::filelock::lock_error(boost::filelock::error::claim_damaged,
                                              wanted.choice.path);
        bool const waits = wanted.pid != 0 ? holds(wanted) : keeps_others_out(report.state);
        if (!waits)
            return report.state == lock_state::other ? bad_data : success;
        auto const waited = std::chrono::steady_clock::now() - begin;
        if (wanted.limit && waited >= *wanted.limit)
            return conflict;
        line.show(text_of_wait(wanted.choice.path, name_of(wanted.choice.kind), waited,
                               report.holders.empty() ? nullptr : &report.holders.front().owner));
        auto const left = wanted.limit ? *wanted.limit - waited : look_interval;
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(look_interval, left));
    }
}

/// Returns success once the lock was free, or the process has let go.
int wait_for(wish const& wanted)
{
    auto const lock = make_lock(wanted.choice);
    wait_line line(name_of(wanted.choice.kind));
    boost::filelock::acquire_options how;
    how.timeout = wanted.limit;
    if (wanted.pid != 0) {
        how.poll_interval = look_interval;
        how.cancel_check = [&] { return !holds(wanted); };
    }
    line.attach(how);
    error_code ec;
    bool const is_held = lock->acquire(how, ec);
    line.clear();
    if (is_held)
        lock->release(ec);
    if (is_held && !ec)
        return success;
    if (ec == errc::operation_canceled)
        return success;
    if (ec == errc::timed_out)
        return conflict;
    throw boost::filelock::lock_error(ec, wanted.choice.path);
}

} // namespace

int wait(arguments const& given)
{
    wish wanted;
    po::options_description known("Options");
    known.add_options()("timeout,w", in_seconds("timeout", wanted.limit), "longest wait");
    known.add_options()("pid", po::value(&wanted.pid)->value_name("PID"),
                        "wait only until this process does not hold the lock");
    known.add_options()("shared,s", po::bool_switch(&wanted.choice.is_shared),
                        "wait only until a shared hold is possible");
    known.add(lock_options(wanted.choice));
    command_line line;
    if (!parse(help, known, operands::anywhere, given, line))
        return success;
    if (line.operands.size() != 1)
        throw usage_error("wait takes one path");
    wanted.choice.path = line.operands.front();
    if (!line.has("kind")) {
        auto const report = inspect(wanted.choice.path);
        if (report.state == lock_state::missing ||
            (report.state == lock_state::free && !report.kind))
            return success;
        wanted.choice.kind = report.kind.value_or(lock_kind::file_lock);
    }
    return wanted.choice.kind == lock_kind::strict_soft_file_lock ? watch_claims(wanted)
                                                                  : wait_for(wanted);
}

} // namespace filelock_tool
