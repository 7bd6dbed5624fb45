// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "tracer.hpp"

#include <stdexcept>

#include <unistd.h>

namespace filelock_test {
namespace {

// strace reports about itself on standard error. Its output about the calls would fill the pipe.
std::vector<std::string> command(std::string const& options, pid_t traced)
{
    return {"sh", "-c",
            "exec strace -f -o /dev/null " + options + " -p " + std::to_string(traced) + " 2>&1"};
}

} // namespace

tracer::tracer(pid_t traced, std::string const& injections) : strace_(command(injections, traced))
{
    auto const line = strace_.read_line();
    if (!line || line->find("attached") == line->npos)
        throw std::runtime_error("strace: " + line.value_or("ended"));
}

tracer::~tracer()
{
    try {
        strace_.kill(SIGINT);
        strace_.wait();
    } catch (std::exception const&) {
        // the child's destructor kills it
    }
}

boost::test_tools::assertion_result can_trace(boost::unit_test::test_unit_id)
{
    child traced([] {
        hear();
        return 0;
    });
    child strace(command("", traced.pid()));
    auto const line = strace.read_line();
    boost::test_tools::assertion_result result(line && line->find("attached") != line->npos);
    result.message() << "strace cannot attach: " << line.value_or("it ended");
    return result;
}

} // namespace filelock_test
