// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#define FUSE_USE_VERSION 31
#include <fuse3/fuse.h>

#include "passthrough.hpp"

#include "privileges.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace filelock_test {
namespace {

// Of the process that serves; the functions of FUSE get nothing else.
int root = -1;
file_system_faults* told = nullptr;
passthrough_options chosen;

int result(long returned)
{
    return returned == -1 ? -errno : static_cast<int>(returned);
}

char const* below_root(char const* path)
{
    return path[1] == '\0' ? "." : path + 1;
}

int fd_of(fuse_file_info const* file)
{
    return static_cast<int>(file->fh);
}

int failure(file_system_faults::fault& f)
{
    int const error = f.error;
    if (error == 0 || f.times == 0)
        return 0;
    if (f.times > 0)
        --f.times;
    return error;
}

void* init(fuse_conn_info*, fuse_config* config)
{
    config->attr_timeout = chosen.attribute_seconds;
    config->entry_timeout = chosen.entry_seconds;
    config->negative_timeout = chosen.negative_seconds;
    config->use_ino = 1;
    config->hard_remove = 1;
    config->intr = 1; // who is killed while it waits for a lock, must not stay
    config->intr_signal = SIGUSR1;
    say("mounted");
    return nullptr;
}

int getattr(char const* path, struct ::stat* s, fuse_file_info* file)
{
    if (int const error = failure(told->getattr))
        return -error;
    int const r = result(file ? ::fstat(fd_of(file), s)
                              : ::fstatat(root, below_root(path), s, AT_SYMLINK_NOFOLLOW));
    if (r == 0)
        s->st_ctim.tv_sec -= told->changed_before;
    if (r == 0 && s->st_nlink == 0 && told->shows_a_link)
        s->st_nlink = 1;
    return r;
}

int open(char const* path, fuse_file_info* file)
{
    int const fd = ::openat(root, below_root(path), file->flags | O_CLOEXEC);
    file->fh = static_cast<std::uint64_t>(fd);
    return fd == -1 ? -errno : 0;
}

int create(char const* path, mode_t mode, fuse_file_info* file)
{
    int flags = file->flags | O_CREAT | O_CLOEXEC;
    if ((flags & O_EXCL) != 0 && told->creates_in_two_steps) {
        if (::faccessat(root, below_root(path), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return -EEXIST;
        flags &= ~O_EXCL;
    }
    int const fd = ::openat(root, below_root(path), flags, mode);
    file->fh = static_cast<std::uint64_t>(fd);
    return fd == -1 ? -errno : 0;
}

int flush(char const*, fuse_file_info*)
{
    return -failure(told->close);
}

int release(char const*, fuse_file_info* file)
{
    return result(::close(fd_of(file)));
}

int flock(char const*, fuse_file_info* file, int operation)
{
    if (int const error = failure(told->flock))
        return -error;
    return result(::flock(fd_of(file), operation));
}

// Each open file here has one of its own there.
int record_lock(char const*, fuse_file_info* file, int command, struct ::flock* what)
{
    if (int const error = failure(told->record_lock))
        return -error;
    what->l_pid = 0;
    int const there = command == F_GETLK   ? F_OFD_GETLK
                      : command == F_SETLK ? F_OFD_SETLK
                                           : F_OFD_SETLKW;
    return result(::fcntl(fd_of(file), there, what));
}

int read(char const*, char* to, std::size_t size, off_t from, fuse_file_info* file)
{
    return result(::pread(fd_of(file), to, size, from));
}

int write(char const*, char const* what, std::size_t size, off_t at, fuse_file_info* file)
{
    return result(::pwrite(fd_of(file), what, std::min(size, told->longest_write.load()), at));
}

int fsync(char const*, int, fuse_file_info* file)
{
    return result(::fsync(fd_of(file)));
}

int truncate(char const* path, off_t size, fuse_file_info* file)
{
    if (file)
        return result(::ftruncate(fd_of(file), size));
    int const fd = ::openat(root, below_root(path), O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return -errno;
    int const r = result(::ftruncate(fd, size));
    ::close(fd);
    return r;
}

int chmod(char const* path, mode_t mode, fuse_file_info* file)
{
    return result(file ? ::fchmod(fd_of(file), mode) : ::fchmodat(root, below_root(path), mode, 0));
}

int utimens(char const* path, timespec const times[2], fuse_file_info* file)
{
    if (int const error = failure(told->utimens))
        return -error;
    return result(file ? ::futimens(fd_of(file), times)
                       : ::utimensat(root, below_root(path), times, AT_SYMLINK_NOFOLLOW));
}

int link(char const* from, char const* to)
{
    if (int const error = failure(told->link))
        return -error;
    return result(::linkat(root, below_root(from), root, below_root(to), 0));
}

int rename(char const* from, char const* to, unsigned flags)
{
    return result(::renameat2(root, below_root(from), root, below_root(to), flags));
}

int unlink(char const* path)
{
    return result(::unlinkat(root, below_root(path), 0));
}

int mkdir(char const* path, mode_t mode)
{
    return result(::mkdirat(root, below_root(path), mode));
}

int rmdir(char const* path)
{
    return result(::unlinkat(root, below_root(path), AT_REMOVEDIR));
}

int readdir(char const* path, void* to, fuse_fill_dir_t fill, off_t, fuse_file_info*,
            fuse_readdir_flags)
{
    int const fd = ::openat(root, below_root(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const directory = fd == -1 ? nullptr : ::fdopendir(fd);
    if (!directory)
        return -errno;
    while (dirent const* entry = ::readdir(directory))
        fill(to, entry->d_name, nullptr, 0, fuse_fill_dir_flags());
    ::closedir(directory);
    return 0;
}

int serve(std::string const& backing, std::string const& at)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // the mount keeps who uses it waiting, and it a namespace
    ::alarm(0);
    struct ::sigaction interrupt = {};
    interrupt.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &interrupt, nullptr);
    root = ::open(backing.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    fuse_operations operations = {};
    operations.init = init;
    operations.getattr = getattr;
    operations.open = open;
    operations.create = create;
    operations.flush = flush;
    operations.release = release;
    operations.read = read;
    operations.write = write;
    operations.fsync = fsync;
    operations.truncate = truncate;
    operations.chmod = chmod;
    operations.utimens = utimens;
    operations.link = link;
    operations.rename = rename;
    operations.unlink = unlink;
    operations.mkdir = mkdir;
    operations.rmdir = rmdir;
    operations.readdir = readdir;
    if (chosen.forwards_flock)
        operations.flock = flock;
    if (chosen.forwards_record_locks)
        operations.lock = record_lock;
    fuse_args none = FUSE_ARGS_INIT(0, nullptr);
    fuse_opt_add_arg(&none, "passthrough");
    fuse_opt_add_arg(&none, "-oallow_other");
    auto* const served = fuse_new(&none, &operations, sizeof operations, nullptr);
    if (!served || fuse_mount(served, at.c_str()) != 0)
        return 1;
    return fuse_loop_mt(served, 0);
}

std::shared_ptr<file_system_faults> shared_faults()
{
    void* const place = ::mmap(nullptr, sizeof(file_system_faults), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    return {new (place) file_system_faults, [](file_system_faults* p) { ::munmap(p, sizeof *p); }};
}

} // namespace

passthrough::passthrough(boost::filesystem::path const& backing, boost::filesystem::path const& at,
                         passthrough_options const& how)
    : at_(at), faults_(shared_faults()), server_([&] {
          told = faults_.get();
          chosen = how;
          return serve(backing.string(), at.string());
      })
{
    server_.expect("mounted");
}

passthrough::~passthrough()
{
    ::umount2(at_.c_str(), MNT_DETACH);
}

boost::test_tools::assertion_result have_fuse(boost::unit_test::test_unit_id id)
{
    auto result = can_mount(id);
    if (result && ::access("/dev/fuse", R_OK | W_OK) != 0) {
        result = false;
        result.message() << "there is no /dev/fuse";
    }
    return result;
}

} // namespace filelock_test
