// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "sample.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>

namespace filelock_test {
namespace {

struct arguments
{
    extent size = extent::few;
    std::size_t shard = 1, shards = 1;
    std::uint64_t seed = 1;

    arguments()
    {
        auto const& suite = boost::unit_test::framework::master_test_suite();
        for (int i = 1; i < suite.argc; ++i) {
            std::string const word = suite.argv[i];
            if (word == "more")
                size = extent::more;
            else if (word == "everything")
                size = extent::everything;
            else if (word.rfind("shard=", 0) == 0)
                read_shard(word);
        }
        if (auto const* const text = std::getenv("FILELOCK_TEST_SEED"))
            seed = std::stoull(text);
        std::cout << "sample: "
                  << (size == extent::few    ? "few points"
                      : size == extent::more ? "more points"
                                             : "all points")
                  << ", seed " << seed << ", shard " << shard << " of " << shards << std::endl;
    }

    void read_shard(std::string const& word)
    {
        auto const slash = word.find('/');
        if (slash != word.npos) {
            shard = std::stoul(word.substr(6));
            shards = std::stoul(word.substr(slash + 1));
        }
        if (slash == word.npos || shard == 0 || shard > shards)
            throw std::invalid_argument("shard=K/N: " + word);
    }
};

arguments const& chosen()
{
    static arguments const all;
    return all;
}

// FNV-1a. Unlike std::hash it is the same with every C++ library.
std::uint64_t hash_of(std::string const& text, std::uint64_t hash)
{
    for (char const c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

// Returns a new generator for each use in a test case. Each repetition of a data test case has its
// number in its name, and so a generator of its own.
std::mt19937_64 generator()
{
    using boost::unit_test::framework::current_test_case;
    static auto last = boost::unit_test::INV_TEST_UNIT_ID;
    static unsigned uses = 0;
    auto const& now = current_test_case();
    uses = now.p_id == last ? uses + 1 : 0;
    last = now.p_id;
    auto const hash = hash_of(now.full_name(), 0xcbf29ce484222325u ^ chosen().seed);
    return std::mt19937_64(hash + uses);
}

// Returns a number below `count`. Distribution classes differ between C++ libraries.
std::size_t below(std::size_t count, std::mt19937_64& random)
{
    return static_cast<std::size_t>(random() % count);
}

} // namespace

extent chosen_extent()
{
    return chosen().size;
}

std::size_t sampled_choice(std::size_t count)
{
    auto random = generator();
    return below(count, random);
}

std::vector<std::size_t> sample(std::size_t count, sample_size size)
{
    auto random = generator();
    auto wanted = count;
    if (chosen_extent() == extent::few)
        wanted = size.few;
    else if (chosen_extent() == extent::more)
        wanted = std::max(size.few, (count + size.one_in - 1) / size.one_in);
    // Take one index from each of `wanted` equal parts.
    wanted = std::min(wanted, count);
    std::vector<std::size_t> taken;
    for (std::size_t i = 0; i < wanted; ++i) {
        auto const from = i * count / wanted, to = (i + 1) * count / wanted;
        taken.push_back(from + below(to - from, random));
    }
    static std::size_t dealt = 0; // over all test cases, so that the shards have equal sizes
    std::vector<std::size_t> mine;
    for (auto const i : taken)
        if (dealt++ % chosen().shards == chosen().shard - 1)
            mine.push_back(i);
    BOOST_TEST_MESSAGE(mine.size() << " of " << count << " points");
    return mine;
}

} // namespace filelock_test
