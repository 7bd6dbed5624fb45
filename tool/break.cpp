// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "breaking.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "exit_status.hpp"
#include "inspection/inspection.hpp"
#include "lock_arguments.hpp"
#include "texts.hpp"
#include "utf8.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>

namespace filelock_tool {
namespace po = boost::program_options;
namespace {

constexpr command_help help{
    "break", "break [--yes] [--kind KIND] [--claim NAME] PATH",
    "Removes the marker or the claims of the lock at PATH, whichever process owns\n"
    "them, after a question. A holder that lives goes on beside the next one: make\n"
    "sure that it is dead, or has lost its access to the data. A kernel lock cannot be\n"
    "broken: it ends with its holder, which is named.\n"};

int say(lock_report const& report, std::string const& text, int status)
{
    auto& out = status == success ? std::cout : std::cerr;
    out << "filelock: " << printable(report.path.native());
    if (report.kind)
        out << " (" << name_of(*report.kind) << ")";
    out << ": " << text << '\n';
    return status;
}

char const* fate_of(liveness alive) noexcept
{
    switch (alive) {
    case liveness::alive:
        return "which runs";
    case liveness::gone:
        return "which has ended";
    case liveness::unknown:
        break;
    }
    return "which may run";
}

void show(lock_report const& report)
{
    for (auto const& holder : report.holders)
        say(report,
            std::string(holder.is_waiting ? "claimed by " : "held by ") + describe(holder.owner) +
                ", " + fate_of(holder.alive),
            success);
    for (auto const& claim : report.claims)
        say(report, "claim " + printable(claim.name), success);
    if (report.holders.empty() && report.claims.empty())
        say(report, report.note.empty() ? name_of(report.state) : report.note, success);
}

bool is_confirmed()
{
    std::cout << "Remove it? [y/N] " << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer))
        std::cout << '\n';
    return answer == "y" || answer == "Y" || answer == "yes";
}

/// Leaves only this claim in the report.
void select_claim(lock_report& report, std::string const& name)
{
    auto& claims = report.claims;
    claims.erase(
        std::remove_if(claims.begin(), claims.end(), [&](auto const& c) { return c.name != name; }),
        claims.end());
    if (claims.empty())
        throw usage_error("there is no claim '" + name + "'");
}

int break_soft(lock_report report, std::string const& claim, bool is_sure)
{
    auto const seen = report;
    if (!claim.empty())
        select_claim(report, claim);
    show(report);
    if (!is_sure) {
        if (!is_confirmed())
            return say(report, "nothing was removed", conflict);
        if (!have_same_holds(seen, inspect(report.path, report.kind)))
            return say(report, "it has changed meanwhile, and nothing was removed", conflict);
    }
    if (auto const ec = break_files(report))
        return say(report, ec.message(), status_of(ec));
    return say(report, "removed", success);
}

} // namespace

int break_lock(arguments const& given)
{
    std::optional<lock_kind> kind;
    std::string claim;
    bool is_sure = false;
    po::options_description known("Options");
    known.add_options()("yes,y", po::bool_switch(&is_sure), "do not ask");
    known.add_options()("kind", kind_option([&kind](lock_kind named) { kind = named; }),
                        "the type of the lock, if files of several are there");
    known.add_options()("claim", po::value(&claim)->value_name("NAME"),
                        "remove this claim of a strict lock only");
    command_line line;
    if (!parse(help, known, operands::anywhere, given, line))
        return success;
    if (line.operands.size() != 1)
        throw usage_error("break takes one path");

    auto const report = inspect(line.operands.front(), kind);
    if (report.state == lock_state::other)
        return say(report, report.note.empty() ? "this is no lock" : report.note, bad_data);
    if (!claim.empty() && report.kind != lock_kind::strict_soft_file_lock)
        throw usage_error("--claim: this is no strict_soft_file_lock");
    bool const is_free =
        !keeps_others_out(report.state) && report.claims.empty() && report.holders.empty();
    if (is_free)
        return say(report, "it is free", success);
    if (!report.kind || is_kernel_kind(*report.kind)) {
        show(report);
        return say(report, "a kernel lock cannot be broken; it ends with its holder", conflict);
    }
    return break_soft(report, claim, is_sure);
}

} // namespace filelock_tool
