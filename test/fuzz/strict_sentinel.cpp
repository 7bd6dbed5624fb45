// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Edits the permanent file of a `strict_soft_file_lock` as the input says, and checks that only the
// unchanged file is taken for it.

#include "../../src/protocol/access_marker.hpp"
#include "../../src/protocol/claim_record.hpp"
#include "../../src/protocol/marker_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fd = boost::filelock::detail;
using namespace std::string_view_literals;
using kind = fd::marker_content;

namespace {

constexpr auto sentinel = "1\nfilelock-strict-v1\0\n0\n"sv;

void require(bool is_so, char const* what)
{
    if (is_so)
        return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

void check(std::string const& text)
{
    auto const content = fd::read_marker(text);
    bool const is_it = text == sentinel;
    require((content.kind == kind::sentinel) == is_it, "the sentinel is known by all its bytes");
    require(fd::strict_sentinel == sentinel, "the library writes these bytes");
    if (!is_it)
        return;
    require(content.owner.pid == 0 && content.owner.host.empty() && content.token.empty(),
            "the sentinel names no process");
    require(fd::read_access(text).kind == fd::access_content::foreign,
            "the sentinel is no marker of a tree");
    require(!fd::read_claim(text, ""), "the sentinel is no claim");
}

// Each three bytes are an edit: what is done, at which place, and with which byte.
std::string edited(std::uint8_t const* data, std::size_t size)
{
    std::string text(sentinel);
    for (; size >= 3; data += 3, size -= 3) {
        auto const at = data[1] % (text.size() + 1);
        auto const byte = static_cast<char>(data[2]);
        switch (data[0] % 5) {
        case 0:
            text.insert(at, 1, byte);
            break;
        case 1:
            text.erase(at, 1);
            break;
        case 2:
            text.resize(at);
            break;
        case 3:
            text.append(text, at, std::string::npos);
            break;
        default:
            if (at != text.size())
                text[at] = byte;
        }
        if (text.size() > 2000)
            break;
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const text(data, data + size);
    check(text);
    check(edited(data, size));
    check(std::string(sentinel) + text);
    check(text + std::string(sentinel));
    return 0;
}
