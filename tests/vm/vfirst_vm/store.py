# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages, disks and kernels. What takes long is made once and kept in $VFIRST_CACHE; a test gets a copy or an overlay
of a disk, and the copy of a case that failed stays for tests/vm/shell."""
import contextlib
import fcntl
import gzip
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from vfirst_vm import SOURCE, TESTS, claims

CACHE = pathlib.Path(os.environ.get("VFIRST_CACHE", "/var/tmp/vfirst-cache"))


def run(*words, **more):
    """The output of a program that must succeed."""
    return subprocess.run([str(word) for word in words], check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def shell(script, *words):
    """The last line of what a script with the functions of images/lib/demo.sh says; its words are $1, $2 and so on."""
    said = run("bash", "-euc", f'. "{SOURCE}/images/lib/demo.sh"; {script}', "store", *words)
    return said.strip().splitlines()[-1]


@contextlib.contextmanager
def locked(name):
    """One process at a time makes what is kept."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / name, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---- packages ----
def package(build):
    """vfirst's package of the finished build, made once for all tests of a run; its companions lie beside it."""
    return pathlib.Path(run(SOURCE / "tests/lib/package", build).strip())


def with_companion(deb):
    """The packages to install for this one, its own first: vfirst-dracut comes with vfirst."""
    said = run("bash", "-euc", f'. "{SOURCE}/images/lib/debs.sh"; demo_debs "$1"', "store", deb)
    return [pathlib.Path(line) for line in said.split()]


def package_of(commit):
    """vfirst's package of an earlier commit of this repository, built once and kept. None, and a line that says why,
    where the history is not there."""
    folder = CACHE / f"package-{commit[:12]}"
    there = subprocess.run(["git", "-C", SOURCE, "cat-file", "-e", f"{commit}^{{commit}}"], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if there.returncode != 0:
        print(f"commit {commit[:12]} is not in this repository's history: this is a shallow clone or no clone "
              "(git fetch --unshallow brings the history)", flush=True)
        return None
    with locked("package-lock"):
        if not list(folder.glob("vfirst_*.deb")):
            build_package_of(commit, folder)
    return next(folder.glob("vfirst_*.deb"))


def build_package_of(commit, folder):
    env = {**os.environ, "CCACHE_NOHASHDIR": "1",
           "CCACHE_SLOPPINESS": "pch_defines,time_macros,include_file_mtime,include_file_ctime"}
    with tempfile.TemporaryDirectory(prefix="vfirst-package.", dir="/var/tmp") as work:
        source, build = f"{work}/source", f"{work}/source/build"
        env["CCACHE_BASEDIR"] = source
        os.mkdir(source)
        print(f"building the package of {commit[:12]}: minutes, once", file=sys.stderr, flush=True)
        with open(f"{work}/log", "w+b") as log:
            archive = subprocess.run(["git", "-C", SOURCE, "archive", commit], check=True, stdout=subprocess.PIPE)
            subprocess.run(["tar", "-C", source, "-x"], check=True, input=archive.stdout)
            for words in (["cmake", "-S", source, "-B", build, "-G", "Ninja", "-DVFIRST_TESTS=OFF"],
                          ["cmake", "--build", build], ["cpack", "-G", "DEB", "-B", f"{build}/packages"]):
                done = subprocess.run(words, check=False, env=env, stdout=log, stderr=log,
                                      cwd=build if words[0] == "cpack" else work)
                if done.returncode != 0:
                    log.seek(0)
                    sys.exit(f"{' '.join(words)} failed:\n{log.read().decode('utf-8', 'replace')[-4000:]}")
        folder.mkdir(exist_ok=True)
        for deb in pathlib.Path(build, "packages").glob("*.deb"):
            run("cp", deb, folder)


# ---- disks ----
def golden_disk(deb, *options):
    """A golden image with this package that has never booted. The options are those of images/golden/build."""
    return pathlib.Path(shell('demo_golden "$@"', pathlib.Path(deb).resolve(), *options))


def trial_disk(build, filesystem, layer=None, deb=None, bls=None):
    """A small disk for a Host that has never booted. `layer`: a folder of files that come on top; `deb`: this package
    in place of the build's; `bls`: a tree with a GRUB that reads entries of the Boot Loader Specification, which it
    then boots."""
    debs = with_companion(deb or package(build))
    key = hashlib.sha256(b"".join(one.read_bytes() for one in debs))
    parts = sorted((TESTS / "guest").glob("**/*")) + [TESTS / "trial-image", TESTS / "trial-masked-units"]
    parts += sorted((SOURCE / "images/golden").glob("**/*")) + sorted(layer.glob("**/*") if layer else [])
    parts += sorted(pathlib.Path(bls, "usr/lib/grub/i386-pc").glob("*.img")) if bls else []
    for file in parts:
        if file.is_file():
            key.update(file.read_bytes())
    kind = f"{'other-' if deb else ''}{'bls-' if bls else ''}{layer.name if layer else filesystem}"
    image = CACHE / f"trial-{kind}-{key.hexdigest()[:16]}.raw"
    with locked("trial-lock"):
        if not image.exists():
            words = ["--deb", debs[0], *(["--layer", layer] if layer else []), *(["--bls", bls] if bls else []),
                     filesystem, f"{image}.new"]
            subprocess.run([TESTS / "trial-image", *words], check=True)
            os.rename(f"{image}.new", image)
            for old in sorted(CACHE.glob(f"trial-{kind}-*.raw"), key=os.path.getmtime)[:-2]:
                old.unlink()
    return image


def overlay(image, disk):
    """A disk on top of an image, which stays as it is."""
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", pathlib.Path(image).resolve(), disk)
    return disk


def copy_disk(image, disk):
    run("cp", "--sparse=always", "--reflink=auto", image, disk)
    return disk


@contextlib.contextmanager
def case_disk(disk, image=None):
    """The disk of a case, a copy of the image. It is removed when no claim of the case has failed; otherwise it stays
    beside the serial log for tests/vm/shell."""
    before = claims.failed
    disk = pathlib.Path(disk)
    if image:
        copy_disk(image, disk)
    try:
        yield disk
    except BaseException:
        kept(disk)
        raise
    if claims.failed == before:
        disk.unlink(missing_ok=True)
    else:
        kept(disk)


def kept(disk):
    if disk.exists():
        print(f"the disk is kept as {disk}; `tests/vm/shell` boots it to a console", file=sys.stderr, flush=True)


# ---- kernels and small root filesystems ----
def debian_kernel(work):
    """Debian's newest 6.12 kernel, unpacked below `work`; downloaded once."""
    folder = work / "kernel" / "boot"
    if not list(folder.glob("vmlinuz-6.12*")):
        found = run("apt-cache", "search", "--names-only", r"^linux-image-6\.12\.[0-9.]+\+deb[0-9.]+-amd64$")
        names = [line.split()[0] for line in found.splitlines() if line]
        if not names:
            sys.exit("apt knows no linux-image-6.12 package")
        name = max(names, key=version_key)
        (work / "kernel").mkdir(parents=True, exist_ok=True)
        run("apt-get", "-q", "download", name, cwd=work / "kernel")
        run("dpkg-deb", "-x", next((work / "kernel").glob("*.deb")), work / "kernel")
    return next(folder.glob("vmlinuz-6.12*"))


def version_key(release):
    """Orders kernel releases."""
    return [int(number) for number in re.findall(r"\d+", release)]


def compiled(source, target, *flags):
    """A small C program of the tests."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run("gcc", "-Os", *flags, "-o", target, source)
    return target


def initramfs(folder, archive, packed=True):
    """Everything below the folder as an initramfs."""
    names = run("find", ".", "-mindepth", "1", cwd=folder)
    done = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=folder, input=names.encode(), check=True,
                          stdout=subprocess.PIPE)
    archive.write_bytes(gzip.compress(done.stdout, 1) if packed else done.stdout)
    return archive
