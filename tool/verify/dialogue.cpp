// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "dialogue.hpp"

#include "../texts.hpp"
#include "../utf8.hpp"

#include <boost/algorithm/clamp.hpp>

#include <utility>

namespace filelock_tool {

verify_failure failure_of(line_words words)
{
    auto const status = words.number();
    bool const is_status = status > success && status < 256;
    return {is_status ? static_cast<exit_status>(status) : software, printable(words.rest())};
}

std::optional<verify_dialogue::reply> verify_dialogue::next(clock::time_point until)
{
    auto received = team_.receive(until);
    if (!received)
        return std::nullopt;
    reply r{received->from, {}, line_words(std::move(received->line))};
    r.what = r.words.word();
    return r;
}

verify_dialogue::reply verify_dialogue::next()
{
    if (auto r = next(clock::now() + longest_silence))
        return std::move(*r);
    throw verify_failure(unavailable, "no process answers");
}

verify_dialogue::reply verify_dialogue::ask(std::size_t member, std::string const& line)
{
    tell(member, line);
    auto answer = next();
    if (answer.from != member)
        refuse(answer);
    if (answer.what == "error")
        throw failure_of(answer.words);
    return answer;
}

void verify_dialogue::request(std::size_t member, std::string const& line, char const* answer)
{
    auto const given = ask(member, line);
    if (given.what != answer)
        refuse(given);
}

void verify_dialogue::refuse(reply const& unexpected) const
{
    throw verify_failure(protocol, "process " + std::to_string(unexpected.from) + " sent '" +
                                       printable(unexpected.what) + "' unexpectedly");
}

void verify_dialogue::show(double fraction, std::string const& text)
{
    constexpr std::size_t width = 10;
    auto const now = clock::now();
    if (now < next_progress_)
        return;
    next_progress_ = now + std::chrono::milliseconds(100);
    auto const full = static_cast<std::size_t>(boost::algorithm::clamp(fraction, 0.0, 1.0) * width);
    progress_.show("[" + std::string(full, '#') + std::string(width - full, '.') + "] " + text);
}

} // namespace filelock_tool
