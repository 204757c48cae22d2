using Rebalancer.Runtime.Pages;
using Xunit;

namespace Rebalancer.Runtime.Tests.Pages;

public sealed class AddressMovesTests
{
    [Fact]
    public void ImageOf_NothingMoved_IsTheAddress() => Assert.Equal(0x5000UL, new AddressMoves().ImageOf(0x5000));

    [Fact]
    public void Move_Twice_ImageIsWhereItBegan()
    {
        var moves = new AddressMoves();
        moves.Move(0x10000, 0x50000, 0x4000);
        moves.Move(0x50000, 0x90000, 0x4000);

        Assert.Equal(0x11000UL, moves.ImageOf(0x91000));
        Assert.Equal(0x94000UL, moves.ImageOf(0x94000));
    }

    [Fact]
    public void Move_RangeOfTwoOrigins_EachKeepsItsOwn()
    {
        var moves = new AddressMoves();
        moves.Move(0x10000, 0x50000, 0x2000);
        // The second half of this range was at its place all along.
        moves.Move(0x50000, 0x90000, 0x4000);

        Assert.Equal(0x11000UL, moves.ImageOf(0x91000));
        Assert.Equal(0x52000UL, moves.ImageOf(0x92000));
    }

    [Fact]
    public void Copy_LaterMoves_DoNotReachIt()
    {
        var moves = new AddressMoves();
        moves.Move(0x10000, 0x50000, 0x1000);
        var child = moves.Copy();
        moves.Move(0x50000, 0x90000, 0x1000);

        Assert.Equal(0x10000UL, child.ImageOf(0x50000));
        Assert.Equal(0x90000UL, child.ImageOf(0x90000));
    }
}
