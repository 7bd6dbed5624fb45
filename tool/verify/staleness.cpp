// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "staleness.hpp"

#include "failure.hpp"

#include <boost/filesystem/exception.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <thread>
#include <utility>
#include <vector>

namespace filelock_tool {
namespace {

namespace fs = boost::filesystem;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

bool is_there(fs::path const& path)
{
    boost::system::error_code ec;
    return fs::exists(path, ec);
}

bool has_no_bytes(fs::path const& path)
{
    boost::system::error_code ec;
    return fs::file_size(path, ec) == 0;
}

void add_byte(fs::path const& path)
{
    fs::ofstream file(path, std::ios::app);
    if (!file.put('x').flush())
        throw fs::filesystem_error("cannot write", path,
                                   make_error_code(boost::system::errc::io_error));
}

} // namespace

staleness_files::staleness_files(fs::path const& place, int number)
    : created_(place / ("created-" + std::to_string(number))),
      removed_(place / ("removed-" + std::to_string(number))),
      grown_(place / ("grown-" + std::to_string(number)))
{}

void staleness_files::prepare() const
{
    add_byte(removed_);
    fs::ofstream{grown_};
}

void staleness_files::change() const
{
    add_byte(created_);
    fs::remove(removed_);
    add_byte(grown_);
}

void staleness_files::watch(std::chrono::milliseconds limit,
                            std::function<void(std::string const&)> const& say) const
{
    auto until = steady_clock::now() + limit;
    while (is_there(created_) || !is_there(removed_) || !has_no_bytes(grown_)) {
        if (steady_clock::now() > until)
            throw verify_failure(bad_data, "the files of another mount do not appear");
        std::this_thread::sleep_for(1ms);
    }
    say("ready");
    until = steady_clock::now() + limit;
    std::vector<std::pair<char const*, std::function<bool()>>> unseen{
        {"created", [this] { return is_there(created_); }},
        {"removed", [this] { return !is_there(removed_); }},
        {"grown", [this] { return !has_no_bytes(grown_); }},
    };
    while (!unseen.empty() && steady_clock::now() < until) {
        for (auto it = unseen.begin(); it != unseen.end();) {
            bool const is_seen = it->second();
            if (is_seen)
                say(std::string("seen ") + it->first);
            it = is_seen ? unseen.erase(it) : it + 1;
        }
        std::this_thread::sleep_for(1ms);
    }
    say("watched");
}

} // namespace filelock_tool
