// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A tool for operators: "strict_recover PATH" lists the claims of a strict lock, and
// "strict_recover PATH NAME" removes one of them. Without arguments it shows how it is used.

#include <boost/filelock.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::claim_state;
using boost::filelock::lock_error;
using boost::filelock::strict_claim;
using boost::filelock::strict_soft_file_lock;

// tag::tool[]
void describe(strict_claim const& claim, std::ostream& out)
{
    out << claim.name << '\n';
    if (claim.state == claim_state::damaged) {
        out << "  damaged: look at the file before you remove it\n";
        return;
    }
    auto const& owner = claim.owner;
    out << "  process " << owner.pid << " of host " << owner.hostname;
    if (owner.age)
        out << ", " << std::chrono::duration_cast<std::chrono::seconds>(*owner.age).count()
            << " s old";
    out << '\n';
    if (!owner.command.empty()) // known for a live process of this host alone
        out << "  runs: " << owner.command << '\n';
}

// Lists the claims. The list is empty if no process holds or requests the lock.
int list(strict_soft_file_lock const& lock, std::ostream& out)
{
    for (strict_claim const& claim : lock.claims())
        describe(claim, out);
    return 0;
}

// Removes the claim of an owner that is known to be dead. Refuses a process that runs on this host.
int free_claim(strict_soft_file_lock& lock, std::string const& name, std::ostream& out)
{
    for (strict_claim const& claim : lock.claims()) {
        if (claim.name == name && !claim.owner.command.empty()) {
            out << "the owner runs, process " << claim.owner.pid << '\n';
            return 1;
        }
    }
    lock.force_break(name); // throws if there is no such claim
    out << "removed " << name << '\n';
    return 0;
}

int tool(int argc, char** argv)
try {
    strict_soft_file_lock lock(argv[1]);
    return argc == 2 ? list(lock, std::cout) : free_claim(lock, argv[2], std::cout);
} catch (lock_error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
// end::tool[]

// Prints what the tool prints, without what differs from run to run.
class example
{
public:
    example(pid_t other, strict_soft_file_lock& lock) : lock_(lock)
    {
        auto const claims = lock.claims();
        for (auto const& claim : claims)
            names_.push_back(claim.name);
        token_ = claims.at(0).owner.token;
        host_ = claims.at(0).owner.hostname;
        pid_ = std::to_string(other);
    }

    void show_list()
    {
        std::ostringstream out;
        list(lock_, out);
        std::cout << "$ strict_recover work.lock\n" << redacted(out.str());
    }

    void show_removal(std::string const& name)
    {
        std::ostringstream out;
        free_claim(lock_, name, out);
        std::cout << "$ strict_recover work.lock " << redacted(name) << '\n' << redacted(out.str());
    }

    std::vector<std::string> const& names() const { return names_; }

private:
    std::string redacted(std::string text) const
    {
        text = std::regex_replace(text, std::regex(token_), "TOKEN");
        text = std::regex_replace(text, std::regex("process " + pid_ + "\\b"), "process PID");
        text = std::regex_replace(text, std::regex("of host [^,\n]*"), "of host HOST");
        text = std::regex_replace(text, std::regex("runs: .*"), "runs: COMMAND");
        return std::regex_replace(text, std::regex("[0-9]+ s old"), "SECONDS s old");
    }

    strict_soft_file_lock& lock_;
    std::vector<std::string> names_;
    std::string token_, host_, pid_;
};

void show(pid_t other)
{
    strict_soft_file_lock lock("work.lock");
    example shell(other, lock);
    shell.show_list();
    shell.show_removal(shell.names().at(0));
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);

    std::ofstream("work.lock.filelock/claims/notes.txt") << "not a claim\n";
    std::cout << "\nAfter the owner has died:\n\n";
    shell.show_list();
    shell.show_removal("notes.txt");
    for (auto const& name : shell.names()) // the held claim, then the intent
        shell.show_removal(name);
    shell.show_list();
    std::cout << "\nThe lock is " << (lock.try_lock() ? "free" : "held") << ".\n";
}

int main(int argc, char** argv)
{
    if (argc == 2 || argc == 3)
        return tool(argc, argv);
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("cannot make a pipe");
    pid_t const other = ::fork();
    if (other == 0) {
        strict_soft_file_lock lock("work.lock");
        if (!lock.try_lock() || ::write(ends[1], "", 1) != 1)
            ::_exit(1);
        ::alarm(300);
        for (;;)
            ::pause();
    }
    ::close(ends[1]);
    char byte = 0;
    if (other == -1 || ::read(ends[0], &byte, 1) != 1)
        throw std::runtime_error("the other process does not get the lock");
    show(other);
}
