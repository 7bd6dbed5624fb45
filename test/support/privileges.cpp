// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "privileges.hpp"

#include "child.hpp"

#include <cerrno>
#include <system_error>

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace filelock_test {

void become_nobody()
{
    if (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0)
        throw std::system_error(errno, std::generic_category(), "setuid");
}

int as_nobody(std::function<int()> const& body)
{
    return child([&] {
               become_nobody();
               return body();
           })
        .wait();
}

void enter_own_mounts()
{
    if (::unshare(CLONE_NEWNS) != 0)
        throw std::system_error(errno, std::generic_category(), "unshare");
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE);
}

int with_own_mounts(std::function<int()> const& body)
{
    return child([&] {
               enter_own_mounts();
               return body();
           })
        .wait();
}

void mount(std::string const& source, std::string const& target, char const* type,
           unsigned long flags, std::string const& data)
{
    if (::mount(source.c_str(), target.c_str(), type, flags, data.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), "mount " + target);
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(::geteuid() == 0);
    result.message() << "only root can become another user";
    return result;
}

boost::test_tools::assertion_result can_mount(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(with_own_mounts([] {
                                                   mount("none", "/tmp", "tmpfs");
                                                   return 0;
                                               }) == 0);
    result.message() << "this process may not mount";
    return result;
}

// gcc's AddressSanitizer leaves its allocator locked in a child that was forked while other threads
// ran.
boost::test_tools::assertion_result children_may_allocate(boost::unit_test::test_unit_id)
{
#if defined(__SANITIZE_ADDRESS__)
    boost::test_tools::assertion_result result(false);
#else
    boost::test_tools::assertion_result result(true);
#endif
    result.message() << "a child forked amid threads cannot allocate under AddressSanitizer";
    return result;
}

} // namespace filelock_test
