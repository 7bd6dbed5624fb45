// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "facts.hpp"

#include "../../src/platform/posix/scoped_fd.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace filelock_tool {
namespace {

using boost::filelock::detail::scoped_fd;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

void check(int result, char const* call)
{
    if (result == -1)
        throw boost::system::system_error(errno, boost::system::system_category(), call);
}

std::chrono::nanoseconds time_of(::timespec const& t)
{
    return std::chrono::seconds(t.tv_sec) + nanoseconds(t.tv_nsec);
}

nanoseconds now_here()
{
    ::timespec t = {};
    check(::clock_gettime(CLOCK_REALTIME, &t), "clock_gettime");
    return time_of(t);
}

/// A file that is stamped repeatedly.
class stamped_file
{
public:
    explicit stamped_file(boost::filesystem::path const& path)
        : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
    {
        check(file_.native(), "open");
    }

    /// Sets the modification time, and returns what it is then.
    nanoseconds set(::timespec const& time) const
    {
        ::timespec const times[2] = {{0, UTIME_OMIT}, time};
        check(::futimens(file_.native(), times), "futimens");
        struct ::stat s = {};
        check(::fstat(file_.native(), &s), "fstat");
        return time_of(s.st_mtim);
    }

    /// Sets the modification time to the present by the clock of the file system.
    nanoseconds stamp() const { return set({0, UTIME_NOW}); }

private:
    scoped_fd file_;
};

/// Returns whether the directory takes hard links.
bool has_hard_links(boost::filesystem::path const& place)
{
    auto const from = place / "linked";
    scoped_fd const file(::open(from.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    check(file.native(), "open");
    auto const to = place / ("link-" + std::to_string(::getpid()));
    ::unlink(to.c_str()); // of the same measurement through another mount
    if (::link(from.c_str(), to.c_str()) == 0)
        return true;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        check(-1, "link");
    return false;
}

/// Returns the unit of the times that the file system can store.
nanoseconds unit_of(stamped_file const& file)
{
    // An odd second, of which no unit in the list but the first is a divisor.
    constexpr ::timespec odd{1'000'000'001, 987'654'321};
    auto const stored = file.set(odd);
    if (stored == time_of(odd))
        return 1ns;
    for (nanoseconds const unit : {nanoseconds(2s), nanoseconds(1s), nanoseconds(10ms),
                                   nanoseconds(1ms), nanoseconds(1us), nanoseconds(100ns)})
        if (stored % unit == 0ns)
            return unit;
    return 1ns;
}

/// Returns the shortest time between two different stamps, or zero if there was one stamp only.
nanoseconds shortest_step(stamped_file const& file)
{
    auto const begin = steady_clock::now();
    auto last = file.stamp();
    nanoseconds step{};
    for (int steps = 0; steps < 20 && steady_clock::now() < begin + 2500ms;) {
        auto const next = file.stamp();
        if (next != last) {
            step = ++steps == 1 ? next - last : (std::min)(step, next - last);
            if (steps >= 2 && steady_clock::now() > begin + 100ms)
                break;
        }
        last = next;
    }
    return step;
}

struct clock_offset
{
    nanoseconds offset, uncertainty;
};

/// Returns the time at which the file system made a new file.
nanoseconds time_of_new_file(boost::filesystem::path const& path)
{
    scoped_fd const file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    check(file.native(), "open");
    struct ::stat s = {};
    check(::fstat(file.native(), &s), "fstat");
    return time_of(s.st_mtim);
}

/// The creation of a file shows the clock of a file server, where a write may show the client's.
clock_offset offset_of(boost::filesystem::path const& place, nanoseconds step)
{
    clock_offset best{0ns, nanoseconds::max()};
    for (int i = 0; i < 5; ++i) {
        auto const file = place / boost::filesystem::unique_path("new-%%%%-%%%%-%%%%");
        auto const before = now_here();
        auto const there = time_of_new_file(file);
        auto const after = now_here();
        // The kernel stamps with the time of its last tick, and the file system drops what is less
        // than its step.
        auto const uncertainty = (after - before) / 2 + step + nanoseconds(10ms);
        if (uncertainty < best.uncertainty)
            best = {there - before - (after - before) / 2, uncertainty};
    }
    return best;
}

} // namespace

std::string facts_of(boost::filesystem::path const& place)
{
    stamped_file const file(place / "stamped");
    auto const step = (std::max)(unit_of(file), shortest_step(file));
    auto const clock = offset_of(place, step);
    return std::string(has_hard_links(place) ? "yes " : "no ") + std::to_string(step.count()) +
           ' ' + std::to_string(clock.offset.count()) + ' ' +
           std::to_string(clock.uncertainty.count());
}

} // namespace filelock_tool
