// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/other_programs.hpp"
#include "support/status_reports.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

// `filelock status`: its table on pipes and terminals, names of any bytes, and --watch.

namespace {

using namespace filelock_test;
namespace fs = boost::filesystem;

// A device control string, an escape sequence, a C1 control character, a byte that is no UTF-8.
std::string const bad_bytes = "a\x1bP\n\x1b[2J\xc2\x9b"
                              "31m\xff";

std::vector<std::string> lines_of(std::string const& text)
{
    std::vector<std::string> all;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        line.erase(std::remove(line.begin(), line.end(), '\r'), line.end()); // of the terminal
        all.push_back(line);
    }
    return all;
}

/// Returns the lines that the command prints on a terminal.
std::vector<std::string> on_terminal(unsigned short columns, words const& arguments)
{
    program_setup setup;
    setup.columns = columns;
    return lines_of(run_program(tool("status", arguments), setup).out);
}

bool has_control_characters(std::string const& text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r') || c == 0x7f;
    });
}

struct fixture : temporary_directory
{
    std::string const long_name = std::string(60, 'd') + ".lock";

    fixture() { write_text(directory / long_name, "4711\nelsewhere\n"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(status_terminal, fixture)

BOOST_AUTO_TEST_CASE(pipe_gets_whole_lines_in_columns)
{
    write_text(path, "4712\n" + std::string(80, 'h') + "\n17\n");
    auto const done = run_program(tool("status", {directory.string()}));
    BOOST_TEST(done.status == 0);
    auto const lines = lines_of(done.out);
    BOOST_REQUIRE(lines.size() == 3u);
    BOOST_TEST(lines[0].find("PATH ") == 0u);
    for (char const* heading : {"KIND", "STATE", "MODE", "STATUS", "AGE", "HOLDER"})
        BOOST_TEST(lines[0].find(heading) != std::string::npos);
    BOOST_TEST(lines[0].find("HEARTBEAT") == std::string::npos); // no lock here has any
    BOOST_TEST(lines[1].find((directory / long_name).string() + "  soft_file_lock  held  ") == 0u);
    BOOST_TEST(lines[1].find("4711 on elsewhere") == lines[0].find("HOLDER"));
    BOOST_TEST(lines[2].find("4712 on " + std::string(80, 'h')) == lines[0].find("HOLDER"));
    BOOST_TEST(lines[2].find("soft_file_lock") == lines[0].find("KIND"));
    BOOST_TEST(lines[2].find("held") == lines[0].find("STATE"));
}

BOOST_AUTO_TEST_CASE(table_is_shortened_to_a_wide_terminal)
{
    write_text(path, "4712\n" + std::string(80, 'h') + "\n17\n");
    auto const lines = on_terminal(120, {directory.string()});
    BOOST_REQUIRE(lines.size() == 3u);
    for (auto const& line : lines)
        BOOST_TEST(line.size() < 120u);
    BOOST_TEST(lines[0].find("PATH ") == 0u);
    BOOST_TEST(lines[1].find("...") == 0u); // the end of a path says more
    BOOST_TEST(lines[1].find("ddd.lock  soft_file_lock") != std::string::npos);
    BOOST_TEST(lines[2].find("4712 on hh") != std::string::npos);
    BOOST_TEST(lines[2].substr(lines[2].size() - 3) == "...");
}

BOOST_AUTO_TEST_CASE(narrow_terminal_gets_a_list)
{
    child holder([this] {
        boost::filelock::file_lock lock(path);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    holder.expect("held");
    auto const lines = on_terminal(40, {directory.string()});
    for (auto const& line : lines)
        BOOST_TEST(line.size() < 40u);
    BOOST_REQUIRE(lines.size() == 8u);
    BOOST_TEST(lines[0] == "..." + long_name.substr(long_name.size() - 36));
    BOOST_TEST(lines[1] == "  soft_file_lock, held");
    BOOST_TEST(lines[2] == "  4711 on elsewhere, exclusive, unknown");
    BOOST_TEST(lines[3].find("    for ") == 0u);
    BOOST_TEST(lines[4].find("test.lock") == lines[4].size() - 9);
    BOOST_TEST(lines[5] == "  file_lock, held");
    BOOST_TEST(lines[6] == "  " + std::to_string(holder.pid()) + ", exclusive, alive");
    BOOST_TEST(lines[7].find("    ") == 0u); // the command
}

BOOST_AUTO_TEST_CASE(names_and_commands_of_any_bytes_reach_no_terminal,
                     *boost::unit_test::precondition(have_flock))
{
    fs::remove(directory / long_name);
    auto const bad_path = directory / ("x" + bad_bytes);
    write_text(bad_path, "");
    child holder(
        {"sh", "-c", "exec 3<\"$1\"; flock 3; echo held; read line", bad_bytes, bad_path.string()});
    holder.expect("held");
    for (auto const columns : std::vector<unsigned short>{40, 200}) {
        program_setup setup;
        setup.columns = columns;
        auto const out = run_program(tool("status", {directory.string()}), setup).out;
        BOOST_TEST(!has_control_characters(out));
        BOOST_TEST(out.find("\xc2\x9b") == std::string::npos);
        BOOST_TEST(out.find('\xff') == std::string::npos);
        BOOST_TEST(out.find("a?P??[2J?31m\xef\xbf\xbd") != std::string::npos); // U+FFFD
    }
    // Python decodes strictly.
    auto const now = json_status({directory.string()});
    BOOST_TEST(now["size"] == "1");
    std::string place, hex;
    for (auto const& value : now.all())
        if (value.first.find(".path_hex") != std::string::npos)
            place = value.first.substr(0, value.first.find(".path_hex")), hex = value.second;
    BOOST_TEST(hex.find("78611b500a1b5b324ac29b33316dff") != std::string::npos);
    BOOST_TEST(now[place + ".holders.0.command"].find("\\ufffd") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(error_messages_have_no_control_characters)
{
    auto const done = run_program(tool("status", {(directory / bad_bytes).string()}));
    BOOST_TEST(done.status == 66);
    BOOST_TEST(!has_control_characters(done.err));
}

BOOST_AUTO_TEST_CASE(watch_shows_when_the_holder_changes_until_it_is_interrupted)
{
    auto const marker = (directory / long_name).string();
    program watch(tool("status", {"--watch=0.01", marker}));
    watch.wait_for_out("4711 on elsewhere\n\n"); // a block ends with an empty line
    write_text(directory / "new", "4712\nelsewhere\n");
    fs::rename(directory / "new", marker);
    watch.wait_for_out("4712 on elsewhere\n\n");
    fs::remove(marker);
    watch.wait_for_err("names nothing\n");
    watch.kill(SIGINT);
    BOOST_TEST(watch.wait() == -SIGINT);
    BOOST_TEST(!has_control_characters(watch.out()));
}

BOOST_AUTO_TEST_CASE(watch_prints_an_array_in_each_line_of_json)
{
    program watch(tool("status", {"--json", "--watch=0.01", (directory / long_name).string()}));
    watch.wait_for_out("]\n");
    auto const line = watch.out().substr(0, watch.out().find('\n'));
    BOOST_TEST(json_values(line)[long_name + ".state"] == "held");
    watch.kill(SIGINT);
    BOOST_TEST(watch.wait() == -SIGINT);
}

BOOST_AUTO_TEST_CASE(watch_clears_a_terminal)
{
    program_setup setup;
    setup.columns = 100;
    program watch(tool("status", {"--watch=0.01", (directory / long_name).string()}), setup);
    watch.wait_for_out("4711");
    write_text(directory / "new", "4712\nelsewhere\n");
    fs::rename(directory / "new", directory / long_name);
    watch.wait_for_out("4712");
    auto const& out = watch.out();
    BOOST_TEST(out.find("\x1b[H\x1b[2J") == 0u);
    BOOST_TEST(out.rfind("\x1b[H\x1b[2J", out.find("4712")) > out.find("4711"));
    watch.write("\x03"); // Control-C
    BOOST_TEST(watch.wait() == -SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()
