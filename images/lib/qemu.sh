# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. One emulated hypervisor: q35 with intel-iommu, two NUMA nodes with a PCIe host bridge each, an igb PF on
# each node, an SR-IOV NVMe; or one of another shape. A boot is one QEMU run that ends when the guest reboots or powers off.
#
#   vm_overlay BASE.raw DISK.qcow2     a throw-away disk on top of a golden image
#   vm_boot DISK DIR NAME              runs one boot; sets VM_END and VM_SECONDS, leaves in DIR:
#       NAME.serial.log  everything the guest said on its serial line
#       NAME.qmp.log     how QEMU saw it end
#       NAME/            what the guest handed out (the tar that it wrote to the disk with serial vfirst-out)
#     VM_END is reboot | poweroff | panic | timeout | error. vm_boot returns 0 for the first two.
#
# Settings, read at each vm_boot; the caller sets what differs from the demo's machine.
# shellcheck disable=SC2034  # VM_END and VM_SECONDS are for the caller
: "${VM_SMP:=8,sockets=2,cores=2,threads=2}"
: "${VM_NODES:=2}"                             # each with its share of the CPUs and a PCIe host bridge of its own
# An Intel to match the IOMMU, of a model that the kernel knows to be free of Meltdown and Spectre: page-table isolation
# flushes the emulator's TLB at every system call and doubles the time of a boot (117 s against 65 s).
: "${VM_CPU:=max,vendor=GenuineIntel,family=6,model=54,stepping=1,-svm}"
# Not less: the hole below 4G, the page structs and the kernel at its random place each spoil a whole gigabyte of node 0.
# With 4G none was left in 1 of 6 boots, and Linux 6.12 took node 0's page from node 1 without a word; with 8G, 0 of 8.
: "${VM_NODE_MEMORY:=8G}"
: "${VM_EMPTY_NODE:=}"                         # this node has no memory
: "${VM_IGB:=2}"                               # PF number i sits on node i mod VM_NODES
: "${VM_NVME_VFS:=4}"                          # 0: no NVMe
: "${VM_EMPTY_PORTS:=0}"                       # root ports of each host bridge in front of those with a card: they move its bus number
: "${VM_IOMMU:=intel}"                         # intel | amd | no
: "${VM_FIRMWARE:=bios}"                       # bios | uefi | secure: with Secure Boot enforced
: "${VM_VARIABLES:=/usr/share/OVMF/OVMF_VARS_4M.ms.fd}"   # of `secure`: whose keys are enrolled; never written to
: "${VM_BOOTINDEX:=0}"                          # of the disk; a -kernel in VM_EXTRA takes 0
: "${VM_TIMEOUT:=400}"                         # seconds for one boot, wall clock
: "${VM_PROGRESS:=^$}"                         # serial lines (an ERE) to repeat on stderr, as they come
[[ ${VM_EXTRA[*]+set} ]] || VM_EXTRA=()        # more QEMU arguments

vm_overlay() { qemu-img create -q -f qcow2 -F raw -b "$(readlink -f "$1")" "$2"; }

# The arguments of the machine itself go into the array VM_ARGS.
vm_machine() {
  local share=$((${VM_SMP%%,*} / VM_NODES)) node i port=1 memory total=0 smm=off
  memory=$(numfmt --from=iec "$VM_NODE_MEMORY")
  [[ $VM_FIRMWARE != secure ]] || smm=on
  VM_ARGS=(-device pvpanic)
  for ((node = 0; node < VM_NODES; node++)); do
    local cpus="cpus=$((share * node))-$((share * node + share - 1))"
    if [[ $node == "$VM_EMPTY_NODE" ]]; then
      VM_ARGS+=(-numa "node,nodeid=$node,$cpus")
    else
      VM_ARGS+=(-object "memory-backend-ram,id=mem$node,size=$VM_NODE_MEMORY,reserve=off" -numa "node,nodeid=$node,memdev=mem$node,$cpus")
      total=$((total + memory))
    fi
  done
  ((VM_NODES == 1)) || VM_ARGS+=(-numa "dist,src=0,dst=1,val=21")
  # TCG with one thread for all vCPUs: with several, guests that isolate CPUs were seen to hang.
  VM_ARGS=(-nodefaults -no-user-config -display none -machine "q35,kernel-irqchip=split,sata=off,smbus=off,i8042=off,vmport=off,smm=$smm" -accel "tcg,thread=single"
           -cpu "$VM_CPU" -smp "$VM_SMP" -m "$(numfmt --to-unit=Mi "$total")M" -rtc base=utc "${VM_ARGS[@]}")
  case $VM_IOMMU in
    intel) VM_ARGS+=(-device "intel-iommu,intremap=on,caching-mode=on") ;;
    amd)   VM_ARGS+=(-device "amd-iommu") ;;
    no)    ;;
    *)     echo "vm_machine: VM_IOMMU=$VM_IOMMU" >&2; return 1 ;;
  esac
  # A device on pcie.0 has no node; behind a host bridge of its own it has that bridge's.
  for ((node = 0; node < VM_NODES; node++)); do
    VM_ARGS+=(-device "pxb-pcie,id=host$node,bus=pcie.0,bus_nr=$((64 + 64 * node)),numa_node=$node")
    for ((i = 0; i < VM_EMPTY_PORTS; i++, port++)); do
      VM_ARGS+=(-device "pcie-root-port,id=port$port,bus=host$node,chassis=$port,slot=$port")
    done
  done
  for ((i = 0; i < VM_IGB; i++, port++)); do
    VM_ARGS+=(-device "pcie-root-port,id=port$port,bus=host$((i % VM_NODES)),chassis=$port,slot=$port"
              -netdev "user,id=net$i,restrict=on"
              -device "igb,bus=port$port,netdev=net$i,romfile=,mac=52:54:00:76:66:$(printf %02x $((i + 1)))")
  done
  if ((VM_NVME_VFS > 0)); then
    VM_ARGS+=(-device "pcie-root-port,id=port$port,bus=host0,chassis=$port,slot=$port" -device "nvme-subsys,id=subsys0"
              -device "nvme,bus=port$port,serial=vfirst-nvme,subsys=subsys0,sriov_max_vfs=$VM_NVME_VFS,sriov_vq_flexible=$((2 * VM_NVME_VFS)),sriov_vi_flexible=$VM_NVME_VFS,max_ioqpairs=$((2 * VM_NVME_VFS + 2)),msix_qsize=$((VM_NVME_VFS + 1))")
  fi
  case $VM_FIRMWARE in
    uefi)
      VM_ARGS+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
                -drive "if=pflash,unit=1,format=raw,snapshot=on,file=/usr/share/OVMF/OVMF_VARS_4M.fd") ;;
    secure)   # the variables can be written only from system management mode: no kernel switches Secure Boot off
      VM_ARGS+=(-global "driver=cfi.pflash01,property=secure,value=on"
                -drive "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
                -drive "if=pflash,unit=1,format=raw,snapshot=on,file=$VM_VARIABLES") ;;
  esac
}

vm_boot() {
  local disk=$1 dir=$2 name=$3 format=raw qmp serial out pid status=0 line part='' start=$SECONDS log
  [[ $disk != *.qcow2 ]] || format=qcow2
  mkdir -p "$dir/$name"
  log=$dir/$name.serial.log out=$dir/$name.out
  rm -f "$log" "$out"
  : > "$log"
  truncate -s 64M "$out"
  mkfifo "$out.qmp"
  exec {qmp}<> "$out.qmp" {serial}< "$log"     # both ends of the QMP pipe stay open: QEMU never sees its end
  rm "$out.qmp"
  vm_machine
  echo '{"execute":"qmp_capabilities"}' >&"$qmp"
  timeout --kill-after=5 $((VM_TIMEOUT + 60)) qemu-system-x86_64 "${VM_ARGS[@]}" -no-reboot -action panic=shutdown \
    -drive "if=none,id=root,file=$disk,format=$format,cache=unsafe,discard=unmap" -device "virtio-blk-pci,bus=pcie.0,drive=root,bootindex=$VM_BOOTINDEX" \
    -drive "if=none,id=out,file=$out,format=raw,cache=unsafe" -device virtio-blk-pci,bus=pcie.0,drive=out,serial=vfirst-out \
    -serial "file:$log" -qmp stdio "${VM_EXTRA[@]}" <&"$qmp" > "$dir/$name.qmp.log" 2>&1 {qmp}>&- {serial}<&- &
  pid=$!
  VM_END=
  while :; do
    while IFS= read -r line <&"$serial" || { part+=$line; false; }; do
      line=$part${line%$'\r'} part=
      if [[ $line =~ $VM_PROGRESS ]]; then
        while [[ $line =~ $'\e'\[[0-9\;?]*[A-Za-z] ]]; do line=${line/"${BASH_REMATCH[0]}"/}; done   # the terminal stays as it is
        printf '%s %4ds | %s\n' "$name" $((SECONDS - start)) "$line" >&2
      fi
      [[ $line != *'Kernel panic - not syncing'* ]] || VM_END=panic
    done
    if ((SECONDS - start > VM_TIMEOUT)); then VM_END=timeout; fi
    if [[ $VM_END ]]; then
      sleep 1   # what follows the first line of a panic says why
      echo '{"execute":"quit"}' >&"$qmp"
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.3
  done
  wait "$pid" || status=$?
  exec {qmp}>&- {serial}<&-
  VM_SECONDS=$((SECONDS - start))
  if [[ ! $VM_END ]]; then
    case $(grep -o '"event": "SHUTDOWN".*' "$dir/$name.qmp.log" | tail -n 1) in
      *'"guest-reset"'*)    VM_END=reboot ;;
      *'"guest-shutdown"'*) VM_END=poweroff ;;
      *'"guest-panic"'*)    VM_END=panic ;;
      *)                    VM_END=error ;;
    esac
  fi
  tar -C "$dir/$name" --no-same-owner -xf "$out" 2>/dev/null || true   # a boot that hands out nothing leaves zeros
  rm -f "$out"
  rmdir --ignore-fail-on-non-empty "$dir/$name"
  [[ $VM_END != error ]] || echo "vm_boot: QEMU ended with status $status: $(tail -n 3 "$dir/$name.qmp.log")" >&2
  [[ $VM_END == reboot || $VM_END == poweroff ]]
}
