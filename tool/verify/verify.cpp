// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../commands.hpp"
#include "../exit_status.hpp"
#include "../terminal.hpp"
#include "../texts.hpp"
#include "../utf8.hpp"
#include "dialogue.hpp"
#include "directories.hpp"
#include "failure.hpp"
#include "join.hpp"
#include "kinds.hpp"
#include "listen.hpp"
#include "place.hpp"
#include "processes.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "team.hpp"
#include "worker.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <limits>

#include <unistd.h>

namespace filelock_tool {
namespace {

namespace fs = boost::filesystem;

void check(fs::path const& directory)
{
    boost::system::error_code ec;
    auto const status = fs::status(directory, ec);
    if (!ec && status.type() != fs::directory_file)
        ec = make_error_code(boost::system::errc::not_a_directory);
    if (ec)
        throw verify_failure(status_of(ec), directory.native() + ": " + ec.message());
}

verify_results measure(verify_team& team, verify_settings const& settings, std::string const& place)
{
    using std::chrono::milliseconds;
    verify_results results;
    results.staleness_limit =
        (std::max)(milliseconds(5000), std::chrono::duration_cast<milliseconds>(settings.time));
    verify_dialogue dialogue(team);
    verify_directories directories(dialogue);
    directories.enter(place);
    results.directories = directories.measure(results.staleness_limit);
    verify_kinds kinds(dialogue, settings.time, directories.partner(), settings.kinds.size());
    for (auto const kind : settings.kinds)
        results.kinds.push_back(kinds.measure(kind));
    return results;
}

int report(verify_results const& results, verify_settings const& settings)
{
    if (settings.is_json)
        print_json(std::cout, results);
    else
        print_tables(std::cout, results,
                     columns_of(STDOUT_FILENO).value_or(std::numeric_limits<std::size_t>::max()));
    return are_good(results, settings.required) ? success : conflict;
}

int complain(std::string const& text, int status)
{
    std::cerr << "filelock: " << printable(text) << '\n';
    return status;
}

struct ending
{
    int status;
    int signal = 0;
};

/// Returns how the call ends.
template <class F>
ending end_of(F const& body)
try {
    return {body()};
} catch (verify_failure const& e) {
    return {complain(e.what(), e.status())};
} catch (verify_interrupted const& e) {
    return {success, e.signal};
}

/// Returns the status, or lets the signal end the process.
int finish(ending const& how)
{
    if (how.signal != 0) {
        ::signal(how.signal, SIG_DFL);
        ::raise(how.signal);
    }
    return how.status;
}

/// Measures, and removes the subdirectory whatever happens.
int coordinate(verify_settings const& settings, verify_processes& processes, verify_team& team)
{
    auto const name = new_name_of_place();
    auto const place = settings.directories.front() / name;
    auto end = end_of([&] {
        if (!settings.listen.empty())
            wait_for_hosts(team, settings);
        return report(measure(team, settings, name), settings);
    });
    processes.end();
    team.dismiss_hosts();
    if (auto const ec = remove_place(place))
        end.status = complain("cannot remove " + place.native() + ": " + ec.message(), os_error);
    return finish(end);
}

/// Lets the processes of this host take part in the measurement of another.
int take_part(verify_settings const& settings, verify_processes& processes, verify_team& team)
{
    auto const end = end_of([&] {
        join(team, settings);
        return success;
    });
    processes.end();
    return finish(end);
}

} // namespace

int verify(arguments const& given)
try {
    verify_settings settings;
    if (!parse(given, settings))
        return success;
    for (auto const& directory : settings.directories)
        check(directory);
    verify_processes processes(settings.directories, settings.processes);
    verify_team team(processes.sockets());
    return settings.join.empty() ? coordinate(settings, processes, team)
                                 : take_part(settings, processes, team);
} catch (verify_failure const& e) {
    return complain(e.what(), e.status());
}

} // namespace filelock_tool
