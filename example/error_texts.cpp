// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Prints the text, the name in errno.h and the number of each error code, as the documentation
// shows them. The tags tell which of them a section includes.

#include <boost/filelock.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/generic_category.hpp>
#include <boost/system/system_category.hpp>

#include <cerrno>
#include <iostream>
#include <string>

using boost::filelock::error;
using boost::system::error_code;
using boost::system::generic_category;
using boost::system::system_category;

std::string number(error_code const& ec)
{
    return std::string("`") + ec.category().name() + ':' + std::to_string(ec.value()) + '`';
}

void begin(char const* tag)
{
    std::cout << "tag::" << tag << "[]\n";
}

void end(char const* tag)
{
    std::cout << "end::" << tag << "[]\n";
}

void line(std::string const& text, std::string const& name, std::string const& numbers)
{
    std::cout << "* `" << text << "`" << name << ", " << numbers << '\n';
}

// A code that the library makes: generic. One that comes from a call of the system: system.
void line(char const* name, int value, bool generic, bool system)
{
    error_code const made(value, generic_category()), came(value, system_category());
    line(made.message(), std::string(", `") + name + '`',
         (generic ? number(made) : "") + (generic && system ? " or " : "") +
             (system ? number(came) : ""));
}

void of_the_library(char const* tag, error_code const& ec)
{
    begin(tag);
    line(ec.message(), "", number(ec));
    end(tag);
}

void of_the_system(char const* tag, char const* name, int value, bool generic, bool system)
{
    begin(tag);
    line(name, value, generic, system);
    end(tag);
}

int main()
{
    of_the_system("timed_out", "ETIMEDOUT", ETIMEDOUT, true, false);
    begin("operation_canceled");
    line("ECANCELED", ECANCELED, true, false);
    error_code const aborted = boost::asio::error::operation_aborted;
    line(aborted.message(), ", `operation_aborted` of Asio", number(aborted));
    end("operation_canceled");
    of_the_library("closed", error::closed);

    of_the_system("resource_deadlock_would_occur", "EDEADLK", EDEADLK, true, false);
    of_the_system("operation_not_permitted", "EPERM", EPERM, true, true);
    of_the_library("hold_lost", error::hold_lost);
    of_the_library("lease_duration_mismatch", error::lease_duration_mismatch);
    of_the_library("fence_passed", error::fence_passed);
    of_the_library("claim_damaged", error::claim_damaged);
    of_the_library("callback_failed", error::callback_failed);
    of_the_system("bad_file_descriptor", "EBADF", EBADF, false, true);

    of_the_library("not_a_lock_file", error::not_a_lock_file);
    of_the_system("is_a_directory", "EISDIR", EISDIR, false, true);
    of_the_system("no_such_file_or_directory", "ENOENT", ENOENT, true, true);
    begin("path_errors");
    line("ENOTDIR", ENOTDIR, false, true);
    line("ENAMETOOLONG", ENAMETOOLONG, false, true);
    line("ELOOP", ELOOP, false, true);
    end("path_errors");

    of_the_system("permission_denied", "EACCES", EACCES, true, true);
    of_the_system("read_only_file_system", "EROFS", EROFS, false, true);
    of_the_library("kernel_lock_not_supported", error::kernel_lock_not_supported);
    of_the_library("both_not_supported", error::both_not_supported);
    of_the_library("witness_not_supported", error::witness_not_supported);
    of_the_library("hard_links_not_supported", error::hard_links_not_supported);
    of_the_library("host_without_name", error::host_without_name);
    of_the_system("no_lock_available", "ENOLCK", ENOLCK, false, true);
    begin("stale_handle");
    line("ESTALE", ESTALE, false, true);
    line("ENOTCONN", ENOTCONN, false, true);
    end("stale_handle");
    of_the_system("io_error", "EIO", EIO, true, true);

    begin("too_many_files_open");
    line("EMFILE", EMFILE, false, true);
    line("ENFILE", ENFILE, false, true);
    end("too_many_files_open");
    begin("no_space_on_device");
    line("ENOSPC", ENOSPC, false, true);
    line("EDQUOT", EDQUOT, false, true);
    end("no_space_on_device");
    of_the_system("not_enough_memory", "ENOMEM", ENOMEM, true, true);
}
